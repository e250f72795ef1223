"""Dimensions as PyTorch counts them: negative from the end, and a 0-d array has one of size 1."""

import math


def checked_dim(dim: int | None, ndim: int) -> int:
    """Return `dim` counted from the front; ValueError if it is None or out of range."""
    ndim = max(ndim, 1)
    if dim is None or not -ndim <= dim < ndim:
        raise ValueError(f"dim must be within [{-ndim}, {ndim - 1}], got {dim}")
    return dim % ndim


def around(shape: tuple[int, ...], dim: int | None) -> tuple[int, int, int]:
    """Return the sizes (all before `dim`, `dim` itself, all after it): three indices reach any element."""
    dim = checked_dim(dim, len(shape))
    shape = shape or (1,)
    return math.prod(shape[:dim]), shape[dim], math.prod(shape[dim + 1 :])
