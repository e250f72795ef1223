"""Law: to broadcast a batch is to repeat its matrices."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._answers import answer, compare, named, own_answer
from ._expanded import summed_like


def matrices_are_repeated(trial: Trial) -> None:
    """Matrices repeated beforehand have the same products, and their cotangents sum to those of the operands."""
    case = trial.case
    left, right = case.inputs
    assert left is not None and right is not None
    if min(left.ndim, right.ndim) < 2 or left.shape[:-2] == right.shape[:-2]:
        return
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    repeated = tuple(np.broadcast_to(x, (*batch, *x.shape[-2:])).copy() for x in (left, right))
    output, cotangents = answer(trial, replace(case, inputs=repeated), trial.oracle.output)
    if cotangents is not None:
        cotangents = summed_like(cotangents, case)
    compare(trial, named(trial, (output, cotangents)), named(trial, own_answer(trial)), "repeated beforehand")
