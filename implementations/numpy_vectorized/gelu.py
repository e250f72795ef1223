"""Gaussian error linear unit, elementwise.

    y = x P        dx = g (P + x D)        D = dP/dx

    approximate="none":  P = Phi(x)        D = exp(-x**2 / 2) / sqrt(2 pi)
    approximate="tanh":  P = 1 / (1 + exp(-v))        D = P (1 - P) dv/dx
                         v = 2 sqrt(2 / pi) (x + 0.044715 x**3), since 1 + tanh(v / 2) = 2 P

Computed in float64. -inf * 0 is nan, and so is the slope at either infinity, as in PyTorch.

Shapes: x (*), y (*).
Source: torch.nn.GELU.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._logistic import logistic
from ._normal import normal

STEEPNESS = np.sqrt(8 / np.pi)
CUBIC = 0.044715


def probability(x: Array, approximate: str) -> tuple[Array, Array]:
    """P and D."""
    if approximate == "none":
        return normal(x)
    if approximate != "tanh":
        raise ValueError(f"approximate must be 'none' or 'tanh', got {approximate!r}")
    square = CUBIC * x * x
    p, rest = logistic(STEEPNESS * x * (1 + square))
    return p, p * rest * (STEEPNESS * (1 + 3 * square))


@ieee
def forward(params: Params, x: Array, *, approximate: str) -> Array:
    wide = x.astype(np.float64)
    p, _ = probability(wide, approximate)
    return np.asarray(wide * p, dtype=x.dtype)


@ieee
def vjp(params: Params, x: Array, *, approximate: str) -> tuple[Array, Pullback]:
    wide = x.astype(np.float64)
    p, d = probability(wide, approximate)
    slope = p + wide * d

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (np.asarray(cotangent * slope, dtype=x.dtype),)

    return np.asarray(wide * p, dtype=x.dtype), pullback
