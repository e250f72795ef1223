"""add with alpha before the sum over repetitions or after it, and that sum in other orders."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._broadcast import unbroadcast
from ._sums import ORDERS, Order


def scaled(order: Order, *, alpha_first: bool) -> Vjp:
    """The cotangent of other is a sum of multiples, or a multiple of a sum."""

    def vjp(params: Params, x: Array, other: Array, *, alpha: float) -> tuple[Array, Pullback]:
        factor = x.dtype.type(alpha)
        y = np.asarray(factor * other + x)

        def pullback(cotangent: Array) -> Cotangents:
            d_x = unbroadcast(cotangent, x.shape, order)
            if alpha_first:
                d_other = unbroadcast(np.asarray(factor * cotangent), other.shape, order)
            else:
                d_other = np.asarray(factor * unbroadcast(cotangent, other.shape, order))
            return {}, (d_x, d_other)

        return y, pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("add", name, scaled(order, alpha_first=i % 2 == 0))
    for i, (name, order) in enumerate(ORDERS.items())
)
