"""hardswish with the division first, last and as a product; its derivative over a common denominator."""

from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate


def gate_first(x: Array) -> Array:
    """The product of x and the gate, which is divided by 6."""
    return np.asarray(x * (np.clip(x + 3, 0, 6) / 6))


def in_pieces(x: Array) -> Array:
    """The product x (x + 3) / 6 between the kinks, x above them."""
    return np.where(x >= 3, x, np.where(x <= -3, x * 0, x / 6 * (x + 3)))


def by_product(x: Array) -> Array:
    """The division is a product with 1/6."""
    return np.asarray(x * np.clip(x + 3, 0, 6) * x.dtype.type(1 / 6))


def common_denominator(x: Array) -> Array:
    """The slope as (2 x + 3) / 6."""
    return np.asarray((2 * x + 3) / 6)


def two_terms(x: Array) -> Array:
    """The slope as x / 3 + 1 / 2."""
    return np.asarray(x / 3 + x.dtype.type(0.5))


def product_rule(x: Array) -> Array:
    """The gate, and x times its derivative."""
    return np.asarray((x + 3) / 6 + x / 6)


def hardswish(value: Callable[[Array], Array], middle: Callable[[Array], Array]) -> Vjp:
    """The function y = value(x); dx = 0, g middle(x) or g."""

    def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
        def pullback(cotangent: Array) -> Cotangents:
            inner = np.where(x <= -3, x.dtype.type(0), cotangent * middle(x))
            return {}, (np.where(x >= 3, cotangent, inner),)

        return value(x), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("hardswish", f"{value.__name__}, {middle.__name__}", hardswish(value, middle))
    for value, middle in (
        (gate_first, common_denominator),
        (in_pieces, two_terms),
        (by_product, product_rule),
    )
)
