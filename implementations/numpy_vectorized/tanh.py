"""Hyperbolic tangent, elementwise.

    y = tanh(x)        dx = g (1 - y^2)

Shapes: x (*), y (*).
Source: torch.nn.Tanh.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array) -> Array:
    y: Array = np.tanh(x)
    return y


@ieee
def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    y = forward(params, x)
    slope = 1 - y * y

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (cotangent * slope,)

    return y, pullback
