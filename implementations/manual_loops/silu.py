"""A number times its own logistic function.

    s = 1 / (1 + exp(-x))
    y = x * s
    dx = g * s * (1 + x * (1 - s))

x and y of any shape, elementwise. -inf times 0 is nan, and so is the derivative at either infinity.

Source: torch.nn.SiLU.
"""

from ._arrays import Array, Params, Pullback, to_array, to_lists, zeros
from ._ieee import exp


def gate(x: float) -> float:
    """Return 1 / (1 + exp(-x)), below zero in the form exp(x) / (1 + exp(x)) that keeps its small values."""
    if x < 0:
        return exp(x) / (1.0 + exp(x))
    return 1.0 / (1.0 + exp(-x))


def forward(params: Params, x: Array) -> Array:
    """Return y."""
    return vjp(params, x)[0]


def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    shape, dtype, size = x.shape, x.dtype, x.size
    x = to_lists(x, (size,))

    y = zeros(size)
    for i in range(size):
        y[i] = x[i] * gate(x[i])

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (size,))
        dx = zeros(size)
        for i in range(size):
            # 1 - s is the gate of -x, without cancellation.
            dx[i] = g[i] * gate(x[i]) * (1.0 + x[i] * gate(-x[i]))
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
