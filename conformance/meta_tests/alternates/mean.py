"""mean with its sum in other orders, divided before it or after it."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, sequential

Dim = int | tuple[int, ...] | None


def mean(order: Order, *, how: str = "divided") -> Vjp:
    """The sum `divided` by n, times its `reciprocal`, or with `shares` summed."""

    def vjp(params: Params, x: Array, *, dim: Dim, keepdim: bool) -> tuple[Array, Pullback]:
        rows = x.reshape(1) if x.ndim == 0 else x
        dims = (dim,) if isinstance(dim, int) else dim or tuple(range(rows.ndim))
        over = [axis % rows.ndim for axis in dims]
        kept = [axis for axis in range(rows.ndim) if axis not in over]
        sizes = [rows.shape[axis] for axis in kept]
        flat = rows.transpose(*kept, *over).reshape(*sizes, np.prod([rows.shape[a] for a in over], dtype=int))
        count = x.dtype.type(flat.shape[-1])
        shape = tuple(1 if axis in over else size for axis, size in enumerate(rows.shape))
        if how == "divided" or flat.shape[-1] == 0:
            y = order(flat, -1) / count
        elif how == "reciprocal":
            y = order(flat, -1) * (1 / count)
        else:
            y = order(flat / count, -1)
        named = shape if keepdim else tuple(sizes)

        def pullback(cotangent: Array) -> Cotangents:
            share = cotangent * (1 / count) if how == "reciprocal" else cotangent / count
            return {}, (np.broadcast_to(np.reshape(share, shape), rows.shape).reshape(x.shape),)

        return np.reshape(y, named if x.ndim else ()), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("mean", name, mean(order, how=("divided", "shares")[i % 2]))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("mean", "reciprocal", mean(native, how="reciprocal")),
    alternate("mean", "shares, sequential", mean(sequential, how="shares")),
)
