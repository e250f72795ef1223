"""Hard swish, elementwise: a piecewise quadratic stand-in for silu.

    y = x min(max(x + 3, 0), 6) / 6        dx = 0 where x <= -3, g where x >= 3, else g (x / 3 + 1 / 2)

-inf * 0 is nan, as in PyTorch.

Shapes: x (*), y (*).
Source: torch.nn.Hardswish.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array) -> Array:
    gate = np.clip(x + 3, 0, 6) / 6
    return np.asarray(x * gate)


@ieee
def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    middle = x / 3 + x.dtype.type(0.5)
    slope = np.where(x <= -3, x.dtype.type(0), np.where(x >= 3, x.dtype.type(1), middle))

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (np.asarray(cotangent * slope),)

    return forward(params, x), pullback
