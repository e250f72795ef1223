"""The mean of each of a given number of windows.

    y[plane][i][j] = sum x[plane][h][w] / (number of these h and w)
    over i * H // OH <= h < ceil((i + 1) * H / OH) and j * W // OW <= w < ceil((j + 1) * W / OW)
    dx[plane][h][w] = sum of g[plane][i][j] / (number of cells of the window) over all windows with this cell

A plane is one channel of one sample. x (N, C, H, W) or (C, H, W); y (N, C, OH, OW) or (C, OH, OW), where
output_size is (OH, OW), or one number for both; None stands for the size of the plane.

Raises ValueError for another number of dimensions, empty planes, and an output_size that is not one or two
positive numbers.
Source: torch.nn.AdaptiveAvgPool2d.
"""

import math

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros


def forward(params: Params, x: Array, *, output_size: int | tuple[int | None, int | None]) -> Array:
    """Return y."""
    return vjp(params, x, output_size=output_size)[0]


def vjp(
    params: Params, x: Array, *, output_size: int | tuple[int | None, int | None]
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    shape, dtype = x.shape, x.dtype
    if len(shape) not in (3, 4) or 0 in shape[-2:]:
        raise ValueError(f"x must be (C, H, W) or (N, C, H, W) with cells, got shape {shape}")
    height, width = int(shape[-2]), int(shape[-1])
    out_height, out_width = counts(output_size, height, width)
    rows = [window(i, out_height, height) for i in range(out_height)]
    columns = [window(j, out_width, width) for j in range(out_width)]
    planes = math.prod(shape[:-2])
    x = to_lists(x, (planes, height, width))

    y = zeros(planes, out_height, out_width)
    for plane, i, j in indices(planes, out_height, out_width):
        for h in rows[i]:
            for w in columns[j]:
                y[plane][i][j] += x[plane][h][w]
        y[plane][i][j] /= len(rows[i]) * len(columns[j])

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (planes, out_height, out_width))
        dx = zeros(planes, height, width)
        for plane, i, j in indices(planes, out_height, out_width):
            share = g[plane][i][j] / (len(rows[i]) * len(columns[j]))
            for h in rows[i]:
                for w in columns[j]:
                    dx[plane][h][w] += share
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, (*shape[:-2], out_height, out_width), dtype), pullback


def counts(output_size: int | tuple[int | None, int | None], height: int, width: int) -> tuple[int, int]:
    """Return how many windows there are, vertically and horizontally; ValueError unless both are positive."""
    given = (output_size, output_size) if isinstance(output_size, int) else output_size
    if not isinstance(given, tuple) or len(given) != 2:
        raise ValueError(f"output_size must be a number or a pair, got {output_size}")
    vertical = height if given[0] is None else given[0]
    horizontal = width if given[1] is None else given[1]
    if vertical < 1 or horizontal < 1:
        raise ValueError(f"output_size must be positive, got {output_size}")
    return vertical, horizontal


def window(number: int, windows: int, size: int) -> range:
    """Return the positions of one of `windows` along a dimension."""
    return range(number * size // windows, -(-(number + 1) * size // windows))
