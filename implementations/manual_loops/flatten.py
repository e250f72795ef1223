"""Adjacent dimensions become one.

    y[a][i * size_j + j][b] = x[a][i][j][b]

for dimensions i and j next to each other, and so on from start_dim to end_dim. This is the row-major order, in
which the elements of x and of y are one and the same list.

x (*before, *middle, *after), middle from start_dim to end_dim; y (*before, product of middle, *after), a copy.
A 0-d x gives shape (1,).

Raises ValueError where a dimension is out of range or start_dim lies behind end_dim.
Source: torch.nn.Flatten.
"""

import math

from ._arrays import Array, Params, Pullback, to_array, to_lists
from ._dimensions import checked_dim


def forward(params: Params, x: Array, *, start_dim: int, end_dim: int) -> Array:
    """Return y."""
    return vjp(params, x, start_dim=start_dim, end_dim=end_dim)[0]


def vjp(params: Params, x: Array, *, start_dim: int, end_dim: int) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    shape, dtype, size = x.shape, x.dtype, x.size
    start = checked_dim(start_dim, len(shape))
    end = checked_dim(end_dim, len(shape))
    if start > end:
        raise ValueError(f"start_dim {start_dim} lies behind end_dim {end_dim} for shape {shape}")
    flat_shape = (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        return {}, (to_array(to_lists(cotangent, (size,)), shape, dtype),)

    return to_array(to_lists(x, (size,)), flat_shape, dtype), pullback
