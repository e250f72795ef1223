"""max_pool2d: the largest value of each window."""

from torch import nn


class MaxPool2d(nn.MaxPool2d):
    """y[n, c, i, j] = max over p, q of x[n, c, r, s]

    with r = i * stride[0] - padding[0] + p * dilation[0], s = j * stride[1] - padding[1] + q * dilation[1],
    over those (r, s) that lie in the plane: padding never wins. The indices say where the maximum stands,
    r * W + s: the first one in row-major order among equals, the last NaN if the window holds a NaN.

    Config:
        kernel_size, padding, dilation: an int, or a pair (rows, columns).
        stride: the same; None means kernel_size.
        return_indices: True returns the indices as well.
        ceil_mode: True rounds the output's size up, but drops a last window that would start beyond the input
            and the padding before it.

    Inputs:
        x: (N, C, H, W) or (C, H, W); N may be 0

    Output:
        y: (N, C, H_out, W_out) or (C, H_out, W_out), or (y, indices) with int64 indices of the same shape.
            H_out = (H + 2 * padding[0] - dilation[0] * (kernel_size[0] - 1) - 1) // stride[0] + 1, or with
            ceil_mode -(-(...) // stride[0]) + 1, less 1 if (H_out - 1) * stride[0] >= H + padding[0];
            W_out likewise

    Raises:
        ValueError: x is not 3-d or 4-d, or C, H or W is 0; kernel_size, stride or dilation < 1; padding < 0
            or > kernel_size / 2 (not the dilated one); H_out or W_out < 1.

    Subgradient:
        The whole cotangent of a window goes to the cell that the index names; overlapping windows add up.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding, dilation, return_indices, ceil_mode)
