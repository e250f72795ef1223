"""Sliding windows along one axis: what the laws of convolution and pooling share."""

import numpy as np

from ..tree import Array

Pair = tuple[int, int]


def pair(option: int | Pair) -> Pair:
    """An int-or-pair option as a pair (rows, columns)."""
    return option if isinstance(option, tuple) else (option, option)


def span(kernel: int, dilation: int) -> int:
    """How many cells a dilated kernel reaches over."""
    return dilation * (kernel - 1) + 1


def grown(x: Array, least: Pair) -> Array:
    """`x` repeated at its end until the plane has `least` rows and columns."""
    missing = [(0, max(low - size, 0)) for low, size in zip(least, x.shape[-2:], strict=True)]
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + missing, mode="wrap")
