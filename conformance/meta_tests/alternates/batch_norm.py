"""batch_norm with its moments in other orders and by other stable formulas."""

from typing import Any

import numpy as np

from conformance.tree import Array, Tree

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._moments import VARIANTS, Moments, pulled_through, standardised, two_passes
from ._sums import ORDERS, Order


def batch_norm(moments: Moments, order: Order, *, scaled: bool = False) -> Vjp:
    """The function y = z weight + bias, of a matrix with one row for each channel."""

    def vjp(
        params: Params,
        x: Array,
        *,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        bias: bool,
        training: bool,
    ) -> tuple[Tree, Pullback]:
        def rows_of(array: Array) -> Array:
            return np.moveaxis(array, 1, 0).reshape(num_features, -1)

        def back(rows: Array) -> Array:
            return np.moveaxis(rows.reshape(x.shape[1], x.shape[0], *x.shape[2:]), 0, 1)

        rows, count = rows_of(x), x.size // num_features
        tracked = training and track_running_stats
        constant = (track_running_stats and not training) or not count

        def known(some: Array, order: Order) -> tuple[Array, Array]:
            zeros = np.zeros(num_features, x.dtype)
            return params.get("running_mean", zeros), params.get("running_var", zeros)

        used = known if constant else moments
        mean, variance = used(rows, order)
        z, r = standardised(rows, eps, used, order)
        y = z * params["weight"][:, None] if affine else z
        y = y + params["bias"][:, None] if "bias" in params else y
        output: Tree = back(y)
        if tracked:
            batches = np.asarray(params["num_batches_tracked"] + 1)
            new_mean, new_var = params["running_mean"], params["running_var"]
            if count:
                f = 1 / int(batches) if momentum is None else momentum
                take, keep = x.dtype.type(f), x.dtype.type(1 - f)
                unbiased = variance * x.dtype.type(count) / x.dtype.type(count - 1)
                new_mean, new_var = take * mean + keep * new_mean, take * unbiased + keep * new_var
            output = (back(y), new_mean, new_var, batches)

        def pullback(cotangent: Any) -> Cotangents:
            g = rows_of(cotangent[0] if tracked else cotangent)
            d_params: dict[str, Array | None] = dict.fromkeys(params)
            if affine:
                d_params["weight"] = order(g * z, 1)
            if "bias" in params:
                d_params["bias"] = order(g, 1)
            d_z = g * params["weight"][:, None] if affine else g
            d_x = d_z * r if constant else pulled_through(d_z, z, r, order, scaled=scaled)
            return d_params, (back(d_x),)

        return output, pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("batch_norm", name, batch_norm(two_passes, order, scaled=i % 2 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    *(alternate("batch_norm", name, batch_norm(moments, order)) for name, moments, order in VARIANTS),
)
