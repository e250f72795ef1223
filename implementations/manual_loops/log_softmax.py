"""The logarithm of softmax along one dimension.

    y[k] = x[k] - log(sum_j exp(x[j]))
    dx[k] = g[k] - exp(y[k]) * sum_j g[j]

where k and j run along `dim`, for every position before it (a) and after it (b).

x and y of any shape; a 0-d x has the dimension 0.

Raises ValueError where dim is None or out of range.
Source: torch.nn.LogSoftmax.
"""

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._dimensions import around
from ._ieee import exp
from ._softmax_row import log_softmax_row


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
        row = log_softmax_row([x[a][k][b] for k in range(size)])
        for k in range(size):
            y[a][k][b] = row[k]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (before, size, after))
        dx = zeros(before, size, after)
        for a, b in indices(before, after):
            total = 0.0
            for j in range(size):
                total += g[a][j][b]
            for k in range(size):
                dx[a][k][b] = g[a][k][b] - exp(y[a][k][b]) * total
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
