"""relu6 by clipping, and by choosing twice."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, alternate


def by_clipping(params: Params, x: Array) -> tuple[Array, Pullback]:
    """Where clipping changes x, and at the bounds, the derivative is 0; negative zeros are kept."""
    y = np.where(x == 0, x, np.clip(x, 0, 6))

    def pullback(cotangent: Array) -> Cotangents:
        return {}, (np.where((y != x) | (y == 0) | (y == 6), x.dtype.type(0), cotangent),)

    return y, pullback


def by_choosing(params: Params, x: Array) -> tuple[Array, Pullback]:
    """The function y = 0 if x < 0 else 6 if x > 6 else x."""
    zero, six = x.dtype.type(0), x.dtype.type(6)

    def pullback(cotangent: Array) -> Cotangents:
        return {}, (np.where(x <= 0, zero, np.where(x >= 6, zero, cotangent)),)

    return np.where(x < 0, zero, np.where(x > 6, six, x)), pullback


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("relu6", function.__name__, function) for function in (by_clipping, by_choosing)
)
