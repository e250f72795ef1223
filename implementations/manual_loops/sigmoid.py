"""The logistic function.

    y = 1 / (1 + exp(-x))
    dx = g * y * (1 - y)

x and y of any shape, elementwise.

Source: torch.nn.Sigmoid.
"""

from ._arrays import Array, Params, Pullback, to_array, to_lists, zeros
from ._ieee import exp


def logistic(x: float) -> float:
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
        y[i] = logistic(x[i])

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (size,))
        dx = zeros(size)
        for i in range(size):
            dx[i] = g[i] * (1.0 - y[i]) * y[i]
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
