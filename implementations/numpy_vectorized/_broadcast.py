"""Shapes that become one, and cotangents on their way back."""

import numpy as np

from ._kernel import Array


def broadcast_shape(left: Array, right: Array) -> tuple[int, ...]:
    """The shape to which both arrays broadcast."""
    try:
        return np.broadcast_shapes(left.shape, right.shape)
    except ValueError:
        raise ValueError(f"shapes {left.shape} and {right.shape} do not broadcast") from None


def summed_to(cotangent: Array, shape: tuple[int, ...]) -> Array:
    """A new array of `shape`: the sum over all dimensions that broadcasting has added or stretched."""
    added = cotangent.ndim - len(shape)
    stretched = (added + axis for axis, size in enumerate(shape) if size != cotangent.shape[added + axis])
    total: Array = np.sum(cotangent, axis=(*range(added), *stretched))
    return total.reshape(shape)
