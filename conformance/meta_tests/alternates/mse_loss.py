"""mse_loss with its sum in other orders, divided before it or after it.

Not as input**2 - 2 input target + target**2, which cancels.
"""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, sequential


def squared_error(order: Order, *, mean: str = "divided") -> Vjp:
    """The sum of (input - target)**2, `divided` by n, times its `reciprocal`, or with `shares` summed."""

    def vjp(params: Params, x: Array, target: Array, *, reduction: str) -> tuple[Array, Pullback]:
        difference = x - target
        squares = np.asarray(difference * difference)
        count = x.dtype.type(x.size)
        if reduction == "none":
            y = squares
        elif reduction == "sum":
            y = order(squares.reshape(-1), 0)
        elif mean == "divided" or x.size == 0:
            y = order(squares.reshape(-1), 0) / count
        elif mean == "reciprocal":
            y = order(squares.reshape(-1), 0) * (1 / count)
        else:
            y = order((squares / count).reshape(-1), 0)

        def pullback(cotangent: Array) -> Cotangents:
            share = 1 / count if reduction == "mean" else x.dtype.type(1)
            if mean == "divided":
                d_x = 2 * (difference * cotangent)
                d_x = d_x / count if reduction == "mean" else d_x
            elif mean == "reciprocal":
                d_x = (2 * share * cotangent) * difference
            else:
                d_x = 2 * difference * share * cotangent
            return {}, (d_x, -d_x)

        return y, pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("mse_loss", name, squared_error(order, mean=("divided", "shares")[i % 2]))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("mse_loss", "reciprocal", squared_error(native, mean="reciprocal")),
    alternate("mse_loss", "shares, sequential", squared_error(sequential, mean="shares")),
)
