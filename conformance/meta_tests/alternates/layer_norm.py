"""layer_norm with its moments in other orders and by other stable formulas."""

import math

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._moments import VARIANTS, Moments, pulled_through, standardised, two_passes
from ._sums import ORDERS, Order


def layer_norm(moments: Moments, order: Order, *, scaled: bool = False) -> Vjp:
    """The function y = z weight + bias."""

    def vjp(
        params: Params,
        x: Array,
        *,
        normalized_shape: int | tuple[int, ...],
        eps: float,
        elementwise_affine: bool,
        bias: bool,
    ) -> tuple[Array, Pullback]:
        inner = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        size = math.prod(inner)
        rows = x.reshape(x.size // size, size)
        z, r = standardised(rows, eps, moments, order)
        flat = {name: array.reshape(-1) for name, array in params.items()}
        y = z * flat["weight"] if "weight" in flat else z
        y = y + flat["bias"] if "bias" in flat else y

        def pullback(cotangent: Array) -> Cotangents:
            g = cotangent.reshape(rows.shape)
            sums = {"weight": order(g * z, 0), "bias": order(g, 0)}
            d_z = g * flat["weight"] if "weight" in flat else g
            d_x = pulled_through(d_z, z, r, order, scaled=scaled)
            return {name: np.asarray(sums[name]).reshape(inner) for name in params}, (d_x.reshape(x.shape),)

        return y.reshape(x.shape), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("layer_norm", name, layer_norm(two_passes, order, scaled=i % 2 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    *(alternate("layer_norm", name, layer_norm(moments, order)) for name, moments, order in VARIANTS),
)
