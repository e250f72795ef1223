"""Sums over what broadcasting has repeated, in one of the admissible orders."""

import numpy as np

from conformance.tree import Array

from ._sums import Order


def unbroadcast(cotangent: Array, shape: tuple[int, ...], order: Order) -> Array:
    """The cotangent of an operand of `shape`: all repetitions in one sum."""
    added = cotangent.ndim - len(shape)
    repeated = [
        axis
        for axis, size in enumerate((*(0,) * added, *shape))
        if axis < added or size != cotangent.shape[axis]
    ]
    kept = [axis for axis in range(cotangent.ndim) if axis not in repeated]
    if not repeated:
        return cotangent.reshape(shape)
    sizes = [cotangent.shape[axis] for axis in kept]
    rows = cotangent.transpose(*kept, *repeated)
    count = int(np.prod([cotangent.shape[axis] for axis in repeated]))
    return order(rows.reshape(*sizes, count), -1).reshape(shape)
