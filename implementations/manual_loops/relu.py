"""Negative numbers become zero.

    y = max(x, 0)
    dx = g where x > 0, else 0

x and y of any shape, elementwise. The derivative at 0 is 0. nan stays nan, with derivative 1; -0.0 stays.

Source: torch.nn.ReLU.
"""

from ._arrays import Array, Params, Pullback, to_array, to_lists


def forward(params: Params, x: Array) -> Array:
    """Return y."""
    return vjp(params, x)[0]


def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    shape, dtype, size = x.shape, x.dtype, x.size
    x = to_lists(x, (size,))

    y = list(x)
    for i in range(size):
        # A comparison with nan is false, which lets nan through, here and below.
        if x[i] < 0:
            y[i] = 0.0

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (size,))
        dx = list(g)
        for i in range(size):
            if x[i] <= 0:
                dx[i] = 0.0
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
