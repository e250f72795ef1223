"""Sigmoid-weighted linear unit, elementwise.

    s = 1 / (1 + exp(-x))        y = x s        dx = g s (1 + x (1 - s))

-inf * 0 is nan, and so is the slope at either infinity, as in PyTorch.

Shapes: x (*), y (*).
Source: torch.nn.SiLU.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._logistic import logistic


@ieee
def forward(params: Params, x: Array) -> Array:
    s, _ = logistic(x)
    return np.asarray(x * s)


@ieee
def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    s, rest = logistic(x)
    slope = s * (1 + x * rest)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (np.asarray(cotangent * slope),)

    return np.asarray(x * s), pullback
