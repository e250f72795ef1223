"""avg_pool2d: the mean of each window."""

from torch import nn


class AvgPool2d(nn.AvgPool2d):
    """y[n, c, i, j] = (sum over p, q of x[n, c, r, s]) / divisor

    with r = i * stride[0] - padding[0] + p and s = j * stride[1] - padding[1] + q; x is 0 outside the plane.
    The divisor is the number of cells of the window that lie in the padded plane (a window that ceil_mode
    lets hang over it is cut off there), or in the plane itself if not count_include_pad, or divisor_override
    if it is given.

    Config:
        kernel_size, padding: an int, or a pair (rows, columns).
        stride: the same; None means kernel_size.
        ceil_mode: True rounds the output's size up, but drops a last window that would start beyond the input
            and the padding before it.
        count_include_pad: False leaves the padding out of the divisor.
        divisor_override: the divisor of every window.

    Inputs:
        x: (N, C, H, W) or (C, H, W); N may be 0

    Output:
        y: (N, C, H_out, W_out) or (C, H_out, W_out), with
            H_out = (H + 2 * padding[0] - kernel_size[0]) // stride[0] + 1, or with ceil_mode
            -(-(...) // stride[0]) + 1, less 1 if (H_out - 1) * stride[0] >= H + padding[0]; W_out likewise

    Raises:
        ValueError: x is not 3-d or 4-d, or C, H or W is 0; kernel_size or stride < 1; padding < 0 or
            > kernel_size / 2; H_out or W_out < 1; divisor_override is 0.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
