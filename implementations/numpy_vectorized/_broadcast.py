"""What the pullback of broadcasting is."""

import numpy as np

from ._kernel import Array


def summed_to(array: Array, shape: tuple[int, ...]) -> Array:
    """The sums over all dimensions that `shape` lacks, or has the size 1 in, while `array` has more."""
    extra = array.ndim - len(shape)
    stretched = tuple(axis for axis, size in enumerate(shape, extra) if size == 1 != array.shape[axis])
    if not extra and not stretched:
        return array
    total: Array = np.sum(array, axis=(*range(extra), *stretched))
    return total.reshape(shape)
