"""Negative numbers become zero, those above six become six.

    y = min(max(x, 0), 6)
    dx = g where 0 < x < 6, else 0

x and y of any shape, elementwise. The derivative at 0 and at 6 is 0. nan stays nan; -0.0 stays.

Source: torch.nn.ReLU6.
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
        # Comparisons with nan are false, which lets nan through.
        if x[i] < 0:
            y[i] = 0.0
        elif x[i] > 6:
            y[i] = 6.0

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (size,))
        dx = list(g)
        for i in range(size):
            if x[i] <= 0 or x[i] >= 6:
                dx[i] = 0.0
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
