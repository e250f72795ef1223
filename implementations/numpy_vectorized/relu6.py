"""Rectified linear unit capped at six, elementwise.

    y = min(max(x, 0), 6)        dx = g where 0 < x < 6, else 0

nan stays nan; -0.0 stays -0.0, as in PyTorch.

Shapes: x (*), y (*).
Source: torch.nn.ReLU6.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._select import keep_where


@ieee
def forward(params: Params, x: Array) -> Array:
    return np.asarray(np.minimum(keep_where(~(x < 0), x), x.dtype.type(6)))


@ieee
def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    rising = ~((x <= 0) | (x >= 6))

    def pullback(cotangent: Array) -> Cotangents:
        return {}, (keep_where(rising, cotangent),)

    return forward(params, x), pullback
