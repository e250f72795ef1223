"""Arrays that begin on a cache line.

NumPy aligns to 16 bytes, and a vector of 64 that lies across two lines is read and written more slowly: with a
column r, z *= r takes 1.1 ms on 4096 x 512, and 0.7 where z begins on a line.
"""

import math

import numpy as np
import numpy.typing as npt

from ._kernel import Array

LINE = 64
"""Bytes."""


def empty_aligned(shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """A new array with undefined contents."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + LINE, np.uint8)
    return np.ndarray(shape, dtype, memory, -memory.ctypes.data % LINE)
