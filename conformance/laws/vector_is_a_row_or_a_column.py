"""Law: a vector is a thin matrix."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def vector_is_a_row_or_a_column(trial: Trial) -> None:
    """A vector as a matrix of one row, on the right of one column, has the same products and cotangents."""
    case = trial.case
    left, right = case.inputs
    assert left is not None and right is not None and isinstance(case.cotangent, np.ndarray)
    if left.ndim > 1 and right.ndim > 1:
        return
    row = left.reshape(1, -1) if left.ndim == 1 else left
    column = right.reshape(-1, 1) if right.ndim == 1 else right
    # In the output's place that the vector has not: before its last dimension, or after it.
    g = case.cotangent
    g = g[..., None] if right.ndim == 1 else g
    g = g[..., None, :] if left.ndim == 1 else g
    output, cotangents = answer(
        trial, replace(case, inputs=(row, column), cotangent=g.copy()), np.empty(g.shape)
    )
    assert isinstance(output, np.ndarray)
    if cotangents is not None:
        pairs = zip(cotangents.inputs, case.inputs, strict=True)
        restored = (None if c is None or x is None else c.reshape(x.shape) for c, x in pairs)
        cotangents = replace(cotangents, inputs=tuple(restored))
    found = output.reshape(case.cotangent.shape), cotangents
    compare(trial, named(trial, found), named(trial, own_answer(trial)), "as a matrix")
