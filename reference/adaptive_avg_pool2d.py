"""adaptive_avg_pool2d: the mean of each of a given number of windows."""

from torch import nn


class AdaptiveAvgPool2d(nn.AdaptiveAvgPool2d):
    """y[n, c, i, j] = mean over rows[i] and columns[j] of x[n, c, r, s]

    where rows[i] are the r with floor(i * H / H_out) <= r < ceil((i + 1) * H / H_out), and columns[j] are the s
    with floor(j * W / W_out) <= s < ceil((j + 1) * W / W_out). Windows share a cell where the sizes do not
    divide, and repeat cells where there are more windows than cells; none is empty.

    Config:
        output_size: H_out and W_out as an int, or as a pair in which None means the size of the plane.

    Inputs:
        x: (N, C, H, W) or (C, H, W); N may be 0

    Output:
        y: (N, C, H_out, W_out) or (C, H_out, W_out)

    Raises:
        ValueError: x is not 3-d or 4-d, or H or W is 0; output_size is neither an int nor a pair, or negative.
            (Without windows or channels PyTorch has an output, but no derivative: not specified.)

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
        He, Zhang, Ren, Sun (2015), Spatial pyramid pooling in deep convolutional networks for visual
        recognition, section 2.3, https://arxiv.org/abs/1406.4729
    """

    def __init__(self, output_size: int | tuple[int | None, int | None]) -> None:
        super().__init__(output_size)
