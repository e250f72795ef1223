"""Law: an optimiser arrives where PyTorch's does, ten steps later."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import torch

from ..case import Case
from ..law import NotJudged
from ..noise import INJECTED, Noise
from ..oracle import MORE_RUNS, RUNS, root_mean_square
from ..specification import build
from ..tree import Array, Tree, leaves
from ..trial import Trial

FACTORS = (1.0, -0.5, 0.75, 1.25, 0.3, -1.1, 0.9, 0.0, 0.6, -0.2)
"""What the case's gradients are multiplied by, step by step: they turn, and vanish once."""


def ten_steps(trial: Trial) -> None:
    """Ten steps, each from the kernel's own params and state, lead where the reference's ten steps lead."""
    case = trial.case
    count = len(case.mappings[0])
    step, output = case, trial.run(case)
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
        output = trial.run(step)
    trial.agree(named(output), named(_reference(case, None, 1)), _spreads(case))


def scaled(array: Array | None, factor: float) -> Array:
    """A gradient rounded to its own dtype, so that kernel and reference get the same."""
    assert array is not None
    return np.asarray(array * array.dtype.type(factor))


def named(output: Tree) -> list[tuple[str, Array | None]]:
    """The leaves of params and state after the last step."""
    return [(f"after ten steps: {path}", leaf) for path, leaf in leaves(output)]


def _spreads(case: Case) -> Callable[[bool], list[Array | None]]:
    @cache
    def found(careful: bool) -> list[Array | None]:
        runs = MORE_RUNS if careful else RUNS
        calm = named(_reference(case, None, 1))
        noisy = named(_reference(case, Noise(sum(map(ord, repr(case.config))), case.dtype), runs))
        with np.errstate(invalid="ignore", over="ignore"):
            return [
                # A count of steps is a number, the same in all runs.
                None
                if many is None or one is None or many.shape == one.shape
                else root_mean_square(many - one, 0) / INJECTED
                for (_, many), (_, one) in zip(noisy, calm, strict=True)
            ]

    return found


def _reference(case: Case, noise: Noise | None, runs: int) -> Tree:
    """The reference's ten steps in float64; of several runs, each has a place along a first dimension.

    A step is elementwise, so that runs lie beside one another as more elements of every param.
    """

    def tensor(array: Array) -> torch.Tensor:
        wide = np.asarray(array, dtype=np.float64)
        return torch.from_numpy(np.array(wide if noise is None else np.stack([wide] * runs)))

    counts, parts = case.passed(case.inputs), case.mappings[1]
    params = {name: tensor(array) for name, array in case.params.items()}
    state: dict[str, Any] = {
        name: torch.tensor(float(array), dtype=torch.float64) if name.endswith(".step") else tensor(array)
        for name, array in zip(parts, counts[1].values(), strict=True)
    }
    module = build(case)
    for factor in FACTORS:
        gradients = {name: tensor(scaled(array, factor)) for name, array in counts[0].items()}
        if noise is None:
            params, state = module(params, gradients, state)
        else:
            with noise:
                params, state = module(params, gradients, state)

    def arrays(mapping: dict[str, torch.Tensor]) -> dict[str, Tree]:
        return {name: value.numpy() for name, value in mapping.items()}

    return arrays(params), arrays(state)
