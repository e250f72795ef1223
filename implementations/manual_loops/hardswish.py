"""A number times a gate that opens from -3 to 3.

    y = x * min(max(x + 3, 0), 6) / 6
    dx = 0 where x <= -3, g where x >= 3, else g * (2 * x + 3) / 6

x and y of any shape, elementwise. -inf times 0 is nan.

Source: torch.nn.Hardswish.
"""

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
        if x[i] <= -3:
            y[i] = x[i] * 0.0
        elif x[i] >= 3:
            y[i] = x[i]
        else:
            y[i] = x[i] * (x[i] + 3.0) / 6.0

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (size,))
        dx = zeros(size)
        for i in range(size):
            if x[i] >= 3:
                dx[i] = g[i]
            elif not x[i] <= -3:
                dx[i] = g[i] * (2.0 * x[i] + 3.0) / 6.0
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
