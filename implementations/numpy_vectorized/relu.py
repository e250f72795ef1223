"""Rectified linear unit, elementwise.

    y = max(x, 0)        dx = g where x > 0, else 0

nan stays nan and has slope 1, as in PyTorch; -0.0 stays -0.0.

Shapes: x (*), y (*).
Source: torch.nn.ReLU.
"""

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._select import keep_where


@ieee
def forward(params: Params, x: Array) -> Array:
    return keep_where(~(x < 0), x)


@ieee
def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    rising = ~(x <= 0)

    def pullback(cotangent: Array) -> Cotangents:
        return {}, (keep_where(rising, cotangent),)

    return forward(params, x), pullback
