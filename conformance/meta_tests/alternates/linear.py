"""Dense layers: the terms of every inner product in another order, the bias before them or after them."""

import math
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, product


def dense(order: Order, *, bias_first: bool = False, fortran: bool = False) -> Vjp:
    """The function y = x @ weight.T + bias, or bias + x @ weight.T as one sum, in either memory order."""
    lay = np.asfortranarray if fortran else np.ascontiguousarray

    def vjp(params: Params, x: Array, *, out_features: int, **config: Any) -> tuple[Array, Pullback]:
        weight, bias = lay(params["weight"]), params.get("bias")
        rows = lay(x.reshape(math.prod(x.shape[:-1]), x.shape[-1]))
        if bias is not None and bias_first:
            one = np.ones((len(rows), 1), x.dtype)
            y = product(np.hstack([one, rows]), np.vstack([bias, weight.T]), order)
        else:
            y = product(rows, weight.T, order)
            y = y if bias is None else y + bias

        def pullback(cotangent: Array) -> Cotangents:
            g = lay(cotangent.reshape(len(rows), out_features))
            of_params = {"weight": product(g.T, rows, order)}
            if bias is not None:
                of_params["bias"] = order(g, 0)
            return {**of_params}, (product(g, weight, order).reshape(x.shape),)

        return y.reshape(*x.shape[:-1], out_features), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("linear", name, dense(order, bias_first=i % 2 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("linear", "fortran_ordered", dense(native, fortran=True)),
)
