"""Law: to join is to copy."""

import numpy as np

from ..law import NotJudged
from ..tree import Array
from ..trial import Trial
from ._answers import own_answer


def parts_are_untouched(trial: Trial) -> None:
    """Every tensor is found again in the output, signs of zeros included, every cotangent in the cotangent."""
    case, declared = trial.case, trial.declaration
    if declared.flushes_subnormals or trial.arithmetic.precision != case.dtype:
        return  # its numbers need not survive a copy
    output, cotangents = own_answer(trial)
    dim = case.config["dim"]
    start = 0
    for i, tensor in enumerate(case.inputs):
        assert tensor is not None
        size = tensor.shape[dim] if tensor.shape != (0,) else 0
        _same(trial, f"tensors[{i}] in the output", _part(output, dim, start, size), tensor)
        if cotangents is not None:
            part = _part(case.cotangent, dim, start, size)
            _same(trial, f"cotangent of tensors[{i}]", cotangents.inputs[i], part)
        start += size


def _part(array: object, dim: int, start: int, size: int) -> Array:
    if not isinstance(array, np.ndarray):
        raise NotJudged("the output is no array")
    return np.take(array, np.arange(start, start + size), dim)


def _same(trial: Trial, what: str, got: Array | None, want: Array) -> None:
    # An empty vector stands for no elements of any shape.
    if got is None or not want.size:
        return
    known = ~np.isnan(want)
    trial.require(
        np.array_equal(got, want, equal_nan=True)
        and np.array_equal(np.signbit(got)[known], np.signbit(want)[known]),
        f"{what} is no copy",
        expected=want,
        actual=got,
    )
