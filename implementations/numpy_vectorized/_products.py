"""Products of stacks of small matrices.

OpenBLAS multiplies two matrices without rearranging them first if that is at most a million multiplications, and
then makes 70 to 80 billion a second, just above it less than 50. So what is a little larger is made of parts:
128 x 128 by 128 x 64 takes 29 us instead of 43.
"""

import numpy as np

from ._kernel import Array

MULTIPLICATIONS = 10**6
PARTS = 4
"""With more of them a product is no longer small."""


def product(a: Array, b: Array, out: Array) -> Array:
    """Fill `out` with a @ b, some rows of a at a time; b is best contiguous, a may be transposed."""
    rows = a.shape[-2]
    parts = -(-rows * a.shape[-1] * b.shape[-1] // MULTIPLICATIONS)
    step = -(-rows // parts) if 1 < parts <= PARTS else max(rows, 1)
    for first in range(0, rows, step):
        part = slice(first, first + step)
        np.matmul(a[..., part, :], b, out=out[..., part, :])
    return out
