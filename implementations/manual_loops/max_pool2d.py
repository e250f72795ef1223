"""The largest cell of each window.

    y[plane][i][j] = max x[plane][h][w]
    over h = i * stride - padding + p * dilation and w = j * stride - padding + q * dilation inside the plane,
    with p and q within kernel_size

A plane is one channel of one sample. The first of equal cells wins; a window with a nan gives its last nan.
All of the cotangent goes to the winner.

x (N, C, H, W) or (C, H, W); y (N, C, OH, OW) or (C, OH, OW) with
OH = (H + 2 * padding - dilation * (kh - 1) - 1) // stride + 1, and likewise OW, rounded up in ceil_mode unless
the last window would start in the padding behind the plane. The indices of the winners, h * W + w, have the
shape of y; their cotangent is None.

Raises ValueError for another number of dimensions, empty planes or output, a kernel_size, stride or dilation
below 1, padding beyond half of the kernel, and a window that covers no cell.
Source: torch.nn.MaxPool2d.
"""

import math
from typing import Any

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._windows import check_pool, pair, pooled_size, window


def forward(
    params: Params,
    x: Array,
    *,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None,
    padding: int | tuple[int, int],
    dilation: int | tuple[int, int],
    return_indices: bool,
    ceil_mode: bool,
) -> Array | tuple[Array, Array]:
    """Return y, or y and the indices."""
    return vjp(
        params,
        x,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        return_indices=return_indices,
        ceil_mode=ceil_mode,
    )[0]


def vjp(
    params: Params,
    x: Array,
    *,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None,
    padding: int | tuple[int, int],
    dilation: int | tuple[int, int],
    return_indices: bool,
    ceil_mode: bool,
) -> tuple[Array | tuple[Array, Array], Pullback]:
    """Return y, or y and the indices, and the map from the cotangent to that of x."""
    shape, dtype = x.shape, x.dtype
    kernel, steps = pair(kernel_size), pair(dilation)
    strides = kernel if stride is None else pair(stride)
    pads = pair(padding)
    check_pool(shape, kernel, strides, pads, steps)
    height, width = shape[-2:]
    out_height = pooled_size(height, kernel[0], strides[0], pads[0], steps[0], ceil_mode)
    out_width = pooled_size(width, kernel[1], strides[1], pads[1], steps[1], ceil_mode)
    rows = [window(i * strides[0] - pads[0], kernel[0], steps[0], height) for i in range(out_height)]
    columns = [window(j * strides[1] - pads[1], kernel[1], steps[1], width) for j in range(out_width)]
    if [] in rows or [] in columns:
        raise ValueError(f"a window covers no cell of a plane of {height} by {width}")

    planes = math.prod(shape[:-2])
    y_shape = (*shape[:-2], out_height, out_width)
    x = to_lists(x, (planes, height, width))

    y = zeros(planes, out_height, out_width)
    winners = zeros(planes, out_height, out_width)
    for plane, i, j in indices(planes, out_height, out_width):
        winner = rows[i][0], columns[j][0]
        best = x[plane][rows[i][0]][columns[j][0]]
        for h in rows[i]:
            for w in columns[j]:
                if x[plane][h][w] > best or math.isnan(x[plane][h][w]):
                    winner, best = (h, w), x[plane][h][w]
        y[plane][i][j] = best
        winners[plane][i][j] = winner

    def pullback(cotangent: Any) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent[0] if return_indices else cotangent, (planes, out_height, out_width))
        dx = zeros(planes, height, width)
        for plane, i, j in indices(planes, out_height, out_width):
            h, w = winners[plane][i][j]
            dx[plane][h][w] += g[plane][i][j]
        return {}, (to_array(dx, shape, dtype),)

    output = to_array(y, y_shape, dtype)
    if not return_indices:
        return output, pullback
    flat_indices = zeros(planes, out_height, out_width)
    for plane, i, j in indices(planes, out_height, out_width):
        h, w = winners[plane][i][j]
        flat_indices[plane][i][j] = h * width + w
    return (output, to_array(flat_indices, y_shape, "int64")), pullback
