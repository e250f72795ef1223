"""The hyperbolic tangent.

    y = tanh(x)
    dx = g * (1 - y**2)

x and y of any shape, elementwise.

Source: torch.nn.Tanh.
"""

import math

from ._arrays import Array, Params, Pullback, to_array, to_lists, zeros


def forward(params: Params, x: Array) -> Array:
    """Return y."""
    return vjp(params, x)[0]


def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    shape, dtype, size = x.shape, x.dtype, x.size
    x = to_lists(x, (size,))

    y = zeros(size)
    for i in range(size):
        y[i] = math.tanh(x[i])

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (size,))
        dx = zeros(size)
        for i in range(size):
            dx[i] = g[i] * (1.0 - y[i] * y[i])
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
