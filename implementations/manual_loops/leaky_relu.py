"""Negative numbers are multiplied by a slope.

    y = x if x > 0, else a * x
    dx = g where x > 0, else a * g

a is negative_slope. x and y of any shape, elementwise. The derivative at 0 and at nan is a.

Source: torch.nn.LeakyReLU.
"""

from ._arrays import Array, Params, Pullback, to_array, to_lists


def forward(params: Params, x: Array, *, negative_slope: float) -> Array:
    """Return y."""
    return vjp(params, x, negative_slope=negative_slope)[0]


def vjp(params: Params, x: Array, *, negative_slope: float) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    if not isinstance(negative_slope, int | float):
        raise ValueError(f"negative_slope is {negative_slope!r}, expected a number")
    shape, dtype, size = x.shape, x.dtype, x.size
    x = to_lists(x, (size,))

    y = list(x)
    for i in range(size):
        if not x[i] > 0:
            y[i] = negative_slope * x[i]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (size,))
        dx = list(g)
        for i in range(size):
            if not x[i] > 0:
                dx[i] = negative_slope * g[i]
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
