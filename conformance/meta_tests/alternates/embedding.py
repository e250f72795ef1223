"""embedding: as a product with ones and zeros, summed in other orders, divided before or after the sum."""

from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, product, sequential


def lookup(order: Order, *, divide_first: bool = False, one_by_one: bool = False) -> Vjp:
    """The cotangent is one_hot(x)^T g, or row by row the sum of the cotangents that meet it."""

    def vjp(
        params: Params,
        x: Array,
        *,
        num_embeddings: int,
        padding_idx: int | None,
        scale_grad_by_freq: bool,
        **_: Any,
    ) -> tuple[Array, Pullback]:
        weight = params["weight"]
        real = weight.dtype.type
        rows = [weight[i] for i in x.reshape(-1).tolist()]
        y = np.array(rows, weight.dtype).reshape(*x.shape, weight.shape[1])
        one_hot = (np.arange(num_embeddings)[:, None] == x.reshape(-1)).astype(weight.dtype)
        if padding_idx is not None:
            one_hot[padding_idx] = 0
        count = np.maximum(one_hot.sum(1, keepdims=True), real(1))

        def pullback(cotangent: Array) -> Cotangents:
            g = cotangent.reshape(x.size, weight.shape[1])
            parts = one_hot / count if scale_grad_by_freq and divide_first else one_hot
            if one_by_one:
                met = [np.flatnonzero(row) for row in one_hot]
                d_weight = np.stack(
                    [order(row[places, None] * g[places], 0) for row, places in zip(parts, met, strict=True)]
                )
            else:
                d_weight = product(parts, g, order)
            if scale_grad_by_freq and not divide_first:
                d_weight = d_weight / count
            return {"weight": d_weight}, (None,)

        return y, pullback

    return vjp


def _alternate(name: str, order: Order, **options: bool) -> Alternate:
    return alternate("embedding", name, lookup(order, **options))


ALTERNATES: tuple[Alternate, ...] = (
    *(
        _alternate(name, order, divide_first=i % 2 == 1, one_by_one=i % 3 == 1)
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    _alternate("row by row", sequential, one_by_one=True),
)
