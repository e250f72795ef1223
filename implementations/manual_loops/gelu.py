"""A number times the probability that a standard normal one is smaller.

    approximate "none":    P = erfc(-x / sqrt(2)) / 2
                           D = exp(-x**2 / 2) / sqrt(2 * pi)
    approximate "tanh":    u = sqrt(2 / pi) * (x + 0.044715 * x**3)
                           P = (1 + tanh(u)) / 2
                           D = (1 - tanh(u)**2) / 2 * sqrt(2 / pi) * (1 + 3 * 0.044715 * x**2)
    y = x * P
    dx = g * (P + x * D)

D is the derivative of P. x and y of any shape, elementwise. -inf times 0 is nan, and so is the derivative at
either infinity.

Source: torch.nn.GELU.
"""

import math

from ._arrays import Array, Params, Pullback, to_array, to_lists, zeros
from ._ieee import exp

CUBIC = 0.044715


def probability(x: float, approximate: str) -> float:
    """Return P."""
    if approximate == "tanh":
        return 0.5 * (1.0 + math.tanh(argument(x)))
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def density(x: float, approximate: str) -> float:
    """Return D."""
    if approximate == "tanh":
        t = math.tanh(argument(x))
        return 0.5 * (1.0 - t * t) * math.sqrt(2.0 / math.pi) * (1.0 + 3.0 * CUBIC * x * x)
    return exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def argument(x: float) -> float:
    """Return u."""
    return math.sqrt(2.0 / math.pi) * (x + CUBIC * x * x * x)


def forward(params: Params, x: Array, *, approximate: str) -> Array:
    """Return y."""
    return vjp(params, x, approximate=approximate)[0]


def vjp(params: Params, x: Array, *, approximate: str) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    if approximate not in ("none", "tanh"):
        raise ValueError(f"approximate is {approximate!r}, expected 'none' or 'tanh'")
    shape, dtype, size = x.shape, x.dtype, x.size
    x = to_lists(x, (size,))

    y = zeros(size)
    for i in range(size):
        y[i] = x[i] * probability(x[i], approximate)

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (size,))
        dx = zeros(size)
        for i in range(size):
            dx[i] = g[i] * (probability(x[i], approximate) + x[i] * density(x[i], approximate))
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
