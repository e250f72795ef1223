"""matmul with its terms in other orders, and with a batch as one long matrix, as separate ones, or as one sum."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._broadcast import unbroadcast
from ._sums import ORDERS, Order, native, product


def multiplied(order: Order, sums: Order = native) -> Vjp:
    """Matrix by matrix; what was repeated is summed afterwards, in the order `sums`."""

    def vjp(params: Params, x: Array, other: Array) -> tuple[Array, Pullback]:
        left, right = _matrices(x, other)
        y = product(left, right, order)

        def pullback(cotangent: Array) -> Cotangents:
            g = cotangent.reshape(y.shape)
            d_left = unbroadcast(product(g, right.swapaxes(-1, -2), order), left.shape, sums)
            d_right = unbroadcast(product(left.swapaxes(-1, -2), g, order), right.shape, sums)
            return {}, (d_left.reshape(x.shape), d_right.reshape(other.shape))

        return y.reshape(_shape(x, other, y)), pullback

    return vjp


def summed_at_once(order: Order) -> Vjp:
    """The terms of all repetitions in one sum, as where the rows of a batch are one long matrix."""

    def vjp(params: Params, x: Array, other: Array) -> tuple[Array, Pullback]:
        left, right = _matrices(x, other)
        y = order(left[..., :, :, None] * right[..., None, :, :], -2)

        def pullback(cotangent: Array) -> Cotangents:
            g = cotangent.reshape(y.shape)
            # All products g[..., i, j] * operand, with the indices (..., i, t, j).
            of_left = g[..., :, None, :] * right[..., None, :, :]
            of_right = left[..., :, :, None] * g[..., :, None, :]
            d_left = _gathered(of_left, left.shape, -1, order)
            d_right = _gathered(of_right, right.shape, -3, order)
            return {}, (d_left.reshape(x.shape), d_right.reshape(other.shape))

        return y.reshape(_shape(x, other, y)), pullback

    return vjp


def _gathered(products: Array, shape: tuple[int, ...], axis: int, order: Order) -> Array:
    """The sum over one of the three last dimensions and over what was repeated, all of it at once."""
    moved = np.moveaxis(products, axis, 0)
    # The dimension that is summed stands in front, like one more that was repeated.
    return unbroadcast(moved, shape, order)


def _matrices(x: Array, other: Array) -> tuple[Array, Array]:
    left = x.reshape(1, x.size) if x.ndim == 1 else x
    right = other.reshape(other.size, 1) if other.ndim == 1 else other
    return left, right


def _shape(x: Array, other: Array, y: Array) -> tuple[int, ...]:
    rows, columns = y.shape[-2:]
    return (*y.shape[:-2], *([rows] if x.ndim > 1 else []), *([columns] if other.ndim > 1 else []))


ALTERNATES: tuple[Alternate, ...] = (
    *(alternate("matmul", name, multiplied(order, order)) for name, order in ORDERS.items()),
    *(
        alternate("matmul", f"{name}, repetitions too", summed_at_once(order))
        for name, order in ORDERS.items()
        if order is not native
    ),
)
