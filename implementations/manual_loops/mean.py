"""The mean along some dimensions.

    y[i] = sum of x[j] over all j that agree with i outside of `dim` / n
    dx[j] = g[i] / n for the i with which j agrees

where n is the number of such j, the product of the sizes along `dim`. No `dim`, or an empty one, is all
dimensions. The mean of nothing is nan.

x of any shape; y without the dimensions of `dim`, or with 1 in their place where keepdim

Raises ValueError where a dimension is out of range or there twice, or x is not floating. A 0-d x has the
dimension 0.
Source: torch.mean.
"""

import math

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._broadcast import place
from ._dimensions import checked_dim
from ._ieee import divide


def forward(params: Params, x: Array, *, dim: int | tuple[int, ...] | None, keepdim: bool) -> Array:
    """Return y."""
    return vjp(params, x, dim=dim, keepdim=keepdim)[0]


def vjp(
    params: Params, x: Array, *, dim: int | tuple[int, ...] | None, keepdim: bool
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    if x.dtype.kind != "f":
        raise ValueError(f"x must be floating, got {x.dtype}")
    shape, dtype, size = x.shape, x.dtype, x.size
    given = dim if isinstance(dim, tuple) else () if dim is None else (dim,)
    over = [checked_dim(d, len(shape)) for d in given]
    for d in over:
        if over.count(d) > 1:
            raise ValueError(f"dim {dim} has dimension {d} more than once")
    if not over:
        over = list(range(len(shape)))
    # Stretched back to x's shape, position i of y is where x[j] belongs.
    kept_shape = tuple(1 if d in over else shape[d] for d in range(len(shape)))
    y_shape = kept_shape if keepdim else tuple(shape[d] for d in range(len(shape)) if d not in over)
    count = math.prod(kept_shape)
    n = math.prod(shape[d] for d in over if shape)
    x = to_lists(x, (size,))

    y = zeros(count)
    for at, j in enumerate(indices(*shape)):
        y[place(j, kept_shape)] += x[at]
    for i in range(count):
        y[i] = divide(y[i], n)

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (count,))
        dx = zeros(size)
        for at, j in enumerate(indices(*shape)):
            dx[at] = g[place(j, kept_shape)] / n
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, y_shape, dtype), pullback
