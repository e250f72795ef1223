"""Law: batch_first is a layout and nothing more."""

from dataclasses import replace

from ..tree import Array
from ..trial import Trial
from ._answers import answer, compare, named, own_answer
from ._recurrent import mask_of, parted, states_of, tree
from ._single import first_input


def batch_first_is_transposed(trial: Trial) -> None:
    """With batch_first, sequences and masks have time and batch exchanged, and states stay as they are."""
    case = trial.case
    x = first_input(case)
    if x.ndim != 3:
        return
    mask = mask_of(case)
    g, g_states = parted(case.cotangent)
    other = replace(
        case,
        config={**case.config, "batch_first": not case.config["batch_first"]},
        inputs=(_exchanged(x), *states_of(case), None if mask is None else _exchanged(mask, 1)),
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


def _exchanged(array: Array, first: int = 0) -> Array:
    return array.swapaxes(first, first + 1).copy()
