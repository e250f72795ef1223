"""The product of two matrices, of two batches of them, or of vectors.

    y[b][i][j] = sum_t x[left(b)][i][t] * other[right(b)][t][j]
    dx[n][i][t] = sum of g[b][i][j] * other[right(b)][t][j] over all j, and all b with left(b) = n
    dother[n][t][j] = sum of x[left(b)][i][t] * g[b][i][j] over all i, and all b with right(b) = n

where b runs over the batch to which those of both broadcast, and left(b), right(b) are the matrices that stand
there. A vector is a row where it is x and a column where it is other; y is without that row or column.

x (..., rows, terms) or (terms,), other (..., terms, columns) or (terms,); y (..., rows, columns)

Raises ValueError where an operand is 0-d, where the numbers of terms differ and where the batches do not
broadcast.
Source: torch.matmul.
"""

import math

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._broadcast import broadcast, place


def forward(params: Params, x: Array, other: Array) -> Array:
    """Return y."""
    return vjp(params, x, other)[0]


def vjp(params: Params, x: Array, other: Array) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of x and other."""
    x_shape, other_shape, dtype = x.shape, other.shape, x.dtype
    if not x_shape or not other_shape:
        raise ValueError(f"both operands must have a dimension, got shapes {x_shape} and {other_shape}")
    *x_batch, rows, terms = x_shape if len(x_shape) > 1 else (1, *x_shape)
    *other_batch, other_terms, columns = other_shape if len(other_shape) > 1 else (*other_shape, 1)
    if terms != other_terms:
        raise ValueError(f"shapes {x_shape} and {other_shape} have {terms} and {other_terms} terms to sum")
    lefts, rights = tuple(x_batch), tuple(other_batch)
    batch = broadcast(lefts, rights)
    y_shape = (*batch, *([rows] if len(x_shape) > 1 else []), *([columns] if len(other_shape) > 1 else []))
    x = to_lists(x, (math.prod(lefts), rows, terms))
    other = to_lists(other, (math.prod(rights), terms, columns))

    y = zeros(math.prod(batch), rows, columns)
    for n, b in enumerate(indices(*batch)):
        left, right = place(b, lefts), place(b, rights)
        for i, j in indices(rows, columns):
            for t in range(terms):
                y[n][i][j] += x[left][i][t] * other[right][t][j]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array, Array]]:
        g = to_lists(cotangent, (math.prod(batch), rows, columns))
        dx = zeros(math.prod(lefts), rows, terms)
        dother = zeros(math.prod(rights), terms, columns)
        for n, b in enumerate(indices(*batch)):
            left, right = place(b, lefts), place(b, rights)
            for i, j in indices(rows, columns):
                for t in range(terms):
                    dx[left][i][t] += g[n][i][j] * other[right][t][j]
                    dother[right][t][j] += x[left][i][t] * g[n][i][j]
        return {}, (to_array(dx, x_shape, dtype), to_array(dother, other_shape, dtype))

    return to_array(y, y_shape, dtype), pullback
