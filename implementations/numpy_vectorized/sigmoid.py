"""Logistic function, elementwise.

    y = 1 / (1 + exp(-x))        dx = g (1 - y) y

Shapes: x (*), y (*).
Source: torch.nn.Sigmoid.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array) -> Array:
    # z never overflows and keeps y accurate down to the subnormals: y is 1 / (1 + z), or z / (1 + z) below 0.
    z = np.exp(-np.abs(x))
    y: Array = np.maximum(z, x >= 0) / (1 + z)
    return y


@ieee
def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    y = forward(params, x)
    slope = (1 - y) * y

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (cotangent * slope,)

    return y, pullback
