"""The logistic function and its complement, neither of which cancels."""

import numpy as np

from ._kernel import Array


def logistic(x: Array) -> tuple[Array, Array]:
    """S = 1 / (1 + exp(-x)) and 1 - s, both accurate down to the subnormals."""
    z = np.exp(-np.abs(x))
    larger = 1 / (1 + z)
    smaller = z * larger
    return np.where(x < 0, smaller, larger), np.where(x < 0, larger, smaller)
