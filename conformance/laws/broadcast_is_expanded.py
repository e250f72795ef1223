"""Law: to broadcast is to repeat."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._answers import answer, compare, named, own_answer
from ._expanded import summed_like


def broadcast_is_expanded(trial: Trial) -> None:
    """Operands repeated beforehand have the same output, and their cotangents sum to those of the operands."""
    case = trial.case
    left, right = case.inputs
    assert left is not None and right is not None
    if left.shape == right.shape:
        return
    repeated = tuple(array.copy() for array in np.broadcast_arrays(left, right))
    output, cotangents = answer(trial, replace(case, inputs=repeated), trial.oracle.output)
    if cotangents is not None:
        cotangents = summed_like(cotangents, case)
    compare(trial, named(trial, (output, cotangents)), named(trial, own_answer(trial)), "repeated beforehand")
