"""Law: batch_first is a layout and nothing more."""

from dataclasses import replace

from ..tree import Array
from ..trial import Trial
from ._answers import answer, compare, named, own_answer
from ._recurrent import parted, tree
from ._single import first_input


def batch_first_is_transposed(trial: Trial) -> None:
    """With batch_first, sequences have their first two axes exchanged, and states stay as they are."""
    case = trial.case
    x = first_input(case)
    if x.ndim != 3:
        return
    g, g_states = parted(case.cotangent)
    other = replace(
        case,
        config={**case.config, "batch_first": not case.config["batch_first"]},
        inputs=(_exchanged(x), *case.inputs[1:]),
        cotangent=tree(_exchanged(g), g_states),
    )
    output, cotangents = answer(trial, other)
    sequence, states = parted(output)
    back = tree(_exchanged(sequence), states)
    if cotangents is not None:
        dx, *rest = cotangents.inputs
        assert dx is not None
        cotangents = replace(cotangents, inputs=(_exchanged(dx), *rest))
    compare(
        trial, named(trial, (back, cotangents)), named(trial, own_answer(trial)), "with batch_first exchanged"
    )


def _exchanged(array: Array) -> Array:
    return array.swapaxes(0, 1).copy()
