"""leaky_relu with its product in double precision, and by division."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, alternate


def product_in_double_precision(params: Params, x: Array, *, negative_slope: float) -> tuple[Array, Pullback]:
    """The product is rounded once, from float64, with the slope as it was given."""
    factor = np.where(x > 0, 1.0, negative_slope)

    def pullback(cotangent: Array) -> Cotangents:
        return {}, ((cotangent * factor).astype(x.dtype),)

    return (x * factor).astype(x.dtype), pullback


def by_division(params: Params, x: Array, *, negative_slope: float) -> tuple[Array, Pullback]:
    """The product is a division by the reciprocal of the slope, where there is one."""
    a = x.dtype.type(negative_slope)

    def sloped(values: Array) -> Array:
        return np.asarray(values / (1 / a) if a else a * values)

    def pullback(cotangent: Array) -> Cotangents:
        return {}, (np.where(x > 0, cotangent, sloped(cotangent)),)

    return np.where(x > 0, x, sloped(x)), pullback


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("leaky_relu", function.__name__, function)
    for function in (product_in_double_precision, by_division)
)
