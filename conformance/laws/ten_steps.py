"""Law: an optimiser arrives where PyTorch's does, ten steps later."""

from dataclasses import replace

import numpy as np

from ..kernel import Arguments, call_forward
from ..law import NotJudged
from ..tree import Array, Tree, leaves
from ..trial import Trial, check_alike, copy_tree

FACTORS = (1.0, -0.5, 0.75, 1.25, 0.3, -1.1, 0.9, 0.0, 0.6, -0.2)
"""What the case's gradients are multiplied by, step by step: they turn, and vanish once."""


def ten_steps(trial: Trial) -> None:
    """Ten steps, each from the kernel's own params and state, lead where the reference's ten steps lead."""
    from ..steps import Steps

    case = trial.case
    count = len(case.mappings[0])
    first = output = trial.run(case)
    for factor in FACTORS[1:]:
        assert isinstance(output, tuple)
        params, state = output
        if not isinstance(params, dict) or not isinstance(state, dict):
            raise NotJudged("the output is no pair of mappings")
        held = [array for _, array in leaves(state)]
        gradients = [scaled(array, factor) for array in case.inputs[:count]]
        step = replace(
            case,
            params={name: array for name, array in params.items() if isinstance(array, np.ndarray)},
            inputs=(*gradients, *held),
            mappings=(case.mappings[0], tuple(sorted(state))),
        )
        output = copy_tree(call_forward(trial.kernel, step, Arguments.of(step)))
        check_alike(output, first)
    steps = Steps(case, [[scaled(array, factor) for array in case.inputs[:count]] for factor in FACTORS])
    trial.agree(named(output), named(steps.output), steps.spreads)


def scaled(array: Array | None, factor: float) -> Array:
    """A gradient rounded to its own dtype, so that kernel and reference get the same."""
    assert array is not None
    return np.asarray(array * array.dtype.type(factor))


def named(output: Tree) -> list[tuple[str, Array | None]]:
    """The leaves of params and state after the last step."""
    return [(f"after ten steps: {path}", leaf) for path, leaf in leaves(output)]
