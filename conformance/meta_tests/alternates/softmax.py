"""softmax by other formulas, its sums in other orders. Not without subtracting the maximum: it overflows."""

from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, pairwise, wide


def shifted(rows: Array, dim: int) -> Array:
    """The scores less their maximum."""
    return np.asarray(rows - rows.max(dim, keepdims=True, initial=-np.inf))


def quotient(rows: Array, dim: int, order: Order) -> Array:
    """exp(x - m) / s with s = sum of exp(x - m)."""
    e = np.exp(shifted(rows, dim))
    return np.asarray(e / np.expand_dims(order(e, dim), dim))


def times_reciprocal(rows: Array, dim: int, order: Order) -> Array:
    """exp(x - m) (1 / s)."""
    e = np.exp(shifted(rows, dim))
    return e * (1 / np.expand_dims(order(e, dim), dim))


def by_log_sum_exp(rows: Array, dim: int, order: Order) -> Array:
    """exp((x - m) - log s)."""
    z = shifted(rows, dim)
    return np.asarray(np.exp(z - np.log(np.expand_dims(order(np.exp(z), dim), dim))))


def softmax(value: Callable[[Array, int, Order], Array], order: Order, *, product_first: bool = False) -> Vjp:
    """The function y = value(x); dx = y (g - s) or y g - y s, with s = sum of g y."""

    def vjp(params: Params, x: Array, *, dim: int) -> tuple[Array, Pullback]:
        y = value(np.atleast_1d(x), dim, order)

        def pullback(cotangent: Array) -> Cotangents:
            g = np.atleast_1d(cotangent)
            weighted = g * y
            mean = np.expand_dims(order(weighted, dim), dim)
            d_x = weighted - y * mean if product_first else y * (g - mean)
            return {}, (d_x.reshape(x.shape),)

        return y.reshape(x.shape), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("softmax", name, softmax(quotient, order, product_first=i % 2 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("softmax", "times_reciprocal", softmax(times_reciprocal, native)),
    alternate("softmax", "by_log_sum_exp", softmax(by_log_sum_exp, pairwise)),
    alternate("softmax", "by_log_sum_exp, wide", softmax(by_log_sum_exp, wide, product_first=True)),
)
