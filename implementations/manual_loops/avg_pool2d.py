"""The mean of each window.

    y[plane][i][j] = sum x[plane][h][w] / divisor(i, j)
    over h = i * stride - padding + p and w = j * stride - padding + q inside the plane,
    with p and q within kernel_size

A plane is one channel of one sample. divisor(i, j) is divisor_override if given, else the number of cells of
the window: those inside the plane, with count_include_pad also those in the padding, but never those that lie
beyond the padding in ceil_mode.

x (N, C, H, W) or (C, H, W); y (N, C, OH, OW) or (C, OH, OW) with OH = (H + 2 * padding - kh) // stride + 1, and
likewise OW, rounded up in ceil_mode unless the last window would start in the padding behind the plane.

Raises ValueError for another number of dimensions, empty planes or output, a kernel_size or stride below 1,
padding beyond half of the kernel, and a divisor_override of 0.
Source: torch.nn.AvgPool2d.
"""

import math

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._windows import check_pool, pair, pooled_size, window


def forward(
    params: Params,
    x: Array,
    *,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None,
    padding: int | tuple[int, int],
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Array:
    """Return y."""
    return vjp(
        params,
        x,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        divisor_override=divisor_override,
    )[0]


def vjp(
    params: Params,
    x: Array,
    *,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None,
    padding: int | tuple[int, int],
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    shape, dtype = x.shape, x.dtype
    kernel, pads = pair(kernel_size), pair(padding)
    strides = kernel if stride is None else pair(stride)
    check_pool(shape, kernel, strides, pads, (1, 1))
    if divisor_override == 0:
        raise ValueError("divisor_override must not be 0")
    height, width = int(shape[-2]), int(shape[-1])
    out_height = pooled_size(height, kernel[0], strides[0], pads[0], 1, ceil_mode)
    out_width = pooled_size(width, kernel[1], strides[1], pads[1], 1, ceil_mode)
    rows = [window(i * strides[0] - pads[0], kernel[0], 1, height) for i in range(out_height)]
    columns = [window(j * strides[1] - pads[1], kernel[1], 1, width) for j in range(out_width)]

    def divisor(i: int, j: int) -> int:
        if divisor_override is not None:
            return divisor_override
        if not count_include_pad:
            return len(rows[i]) * len(columns[j])
        above, before = i * strides[0] - pads[0], j * strides[1] - pads[1]
        tall = min(above + kernel[0], height + pads[0]) - above
        wide = min(before + kernel[1], width + pads[1]) - before
        return tall * wide

    planes = math.prod(shape[:-2])
    x = to_lists(x, (planes, height, width))

    y = zeros(planes, out_height, out_width)
    for plane, i, j in indices(planes, out_height, out_width):
        for h in rows[i]:
            for w in columns[j]:
                y[plane][i][j] += x[plane][h][w]
        y[plane][i][j] /= divisor(i, j)

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (planes, out_height, out_width))
        dx = zeros(planes, height, width)
        for plane, i, j in indices(planes, out_height, out_width):
            for h in rows[i]:
                for w in columns[j]:
                    dx[plane][h][w] += g[plane][i][j] / divisor(i, j)
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, (*shape[:-2], out_height, out_width), dtype), pullback
