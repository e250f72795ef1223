"""mul with the sum over repetitions in other orders, and its constant factor before it or after it."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._broadcast import unbroadcast
from ._sums import ORDERS, Order


def product(order: Order) -> Vjp:
    """The cotangents are sums of products."""

    def vjp(params: Params, x: Array, other: Array) -> tuple[Array, Pullback]:
        def pullback(cotangent: Array) -> Cotangents:
            products = other * cotangent, x * cotangent
            return {}, (
                unbroadcast(products[0], x.shape, order),
                unbroadcast(products[1], other.shape, order),
            )

        return np.asarray(other * x), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("mul", name, product(order)) for name, order in ORDERS.items()
)
