"""Exponentials along one dimension, scaled to sum to one.

    y[k] = exp(x[k]) / sum_j exp(x[j])
    dx[k] = y[k] * (g[k] - sum_j g[j] * y[j])

where k and j run along `dim`, for every position before it (a) and after it (b).

x and y of any shape; a 0-d x has the dimension 0.

Raises ValueError where dim is None or out of range.
Source: torch.nn.Softmax.
"""

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._dimensions import around
from ._softmax_row import softmax_row


def forward(params: Params, x: Array, *, dim: int | None) -> Array:
    """Return y."""
    return vjp(params, x, dim=dim)[0]


def vjp(params: Params, x: Array, *, dim: int | None) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    shape, dtype = x.shape, x.dtype
    before, size, after = around(shape, dim)
    x = to_lists(x, (before, size, after))

    y = zeros(before, size, after)
    for a, b in indices(before, after):
        row = softmax_row([x[a][k][b] for k in range(size)])
        for k in range(size):
            y[a][k][b] = row[k]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (before, size, after))
        dx = zeros(before, size, after)
        for a, b in indices(before, after):
            mean = 0.0
            for j in range(size):
                mean += g[a][j][b] * y[a][j][b]
            for k in range(size):
                dx[a][k][b] = y[a][k][b] * (g[a][k][b] - mean)
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
