"""conv2d: a two-dimensional convolution (cross-correlation)."""

from typing import Literal

from torch import nn


class Conv2d(nn.Conv2d):
    """y[n, o, i, j] = bias[o] + sum over c, p, q of weight[o, c, p, q] * padded[n, g * C + c, r, s]

    with r = i * stride[0] + p * dilation[0] and s = j * stride[1] + q * dilation[1], where a group
    has C = in_channels // groups channels and output channel o belongs to g = o // (out_channels // groups).
    The kernel is not flipped. `padded` is x with padding[0] more rows above and as many below, padding[1]
    more columns left and as many right.

    Config:
        kernel_size, stride, padding, dilation: an int, or a pair (rows, columns).
        padding: also "valid", none, or "same", dilation * (kernel_size - 1) cells in all, so that the output
            has the input's size: half of them on either side, an odd one at the bottom or right.
        groups: the channels are cut into that many groups, convolved independently.
        bias: False leaves the bias out.
        padding_mode: what the padding holds: "zeros"; "reflect", the mirror image without the edge itself;
            "replicate", the edge; "circular", the opposite side.

    Params:
        weight: (out_channels, in_channels // groups, kernel_size[0], kernel_size[1])
        bias: (out_channels,), only if `bias`

    Inputs:
        x: (N, in_channels, H, W) or (in_channels, H, W); N may be 0

    Output:
        y: (N, out_channels, H_out, W_out) or (out_channels, H_out, W_out), with
            H_out = (H + 2 * padding[0] - dilation[0] * (kernel_size[0] - 1) - 1) // stride[0] + 1,
            W_out likewise

    Raises:
        ValueError: x is not 3-d or 4-d, its channels are not in_channels, or H or W is 0; groups < 1, or it
            does not divide both in_channels and out_channels; out_channels, kernel_size, stride or dilation
            < 1; padding < 0 with "zeros" (with the other modes it is not specified); "same" with a stride
            other than 1; an unknown padding or padding_mode; the padded input is smaller than the dilated
            kernel; padding >= the input's size with "reflect", > the input's size with "circular".

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
        Dumoulin, Visin (2016), A guide to convolution arithmetic for deep learning,
        https://arxiv.org/abs/1603.07285
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros",
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode
        )
