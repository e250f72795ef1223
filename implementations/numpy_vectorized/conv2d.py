"""Two-dimensional convolution (in fact correlation, as in every deep-learning library).

    y[n, o] = bias[o] + sum over c, i, j of weight[o, c, i, j] windows[n, c, i, j]
    windows[n, c, i, j, u, v] = padded[n, c, u stride + i dilation, v stride + j dilation]
    d_weight = sum over n, u, v of g windows        d_bias = sum over n, u, v of g
    d_windows = sum over o of weight g, added up in padded

padding "same" adds dilation (kernel_size - 1) cells to an axis, the odd one at the bottom or right.

Shapes: x (N, in_channels, H, W) or (in_channels, H, W), weight (out_channels, in_channels / groups, KH, KW),
bias (out_channels,), y (N, out_channels, OH, OW) with OH = (H + padding - dilation (KH - 1) - 1) // stride + 1.
Raises: ValueError for x of other shapes, channels that groups does not divide, sizes that are not positive,
negative padding, "same" with a stride, unknown modes, a kernel or a padding that is too large for x.
Source: torch.nn.Conv2d; Chellapilla, Puri, Simard (2006) for the matrix form.
"""

from ._correlation import correlate, correlate_transpose
from ._geometry import Geometry
from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._padding import Border
from ._reduction import channel_sums
from ._windows import Pair, as_batch, pair, require_at_least


@ieee
def forward(
    params: Params,
    x: Array,
    *,
    in_channels: int,
    out_channels: int,
    kernel_size: int | Pair,
    stride: int | Pair,
    padding: int | Pair | str,
    dilation: int | Pair,
    groups: int,
    bias: bool,
    padding_mode: str,
) -> Array:
    _check_channels(as_batch(x).shape[1], in_channels, out_channels, groups)
    geometry = _geometry(kernel_size, stride, padding, dilation, padding_mode)
    y = correlate(as_batch(x), params["weight"], params["bias"] if bias else None, groups, geometry)
    return y.reshape(*x.shape[:-3], *y.shape[1:])


@ieee
def vjp(
    params: Params,
    x: Array,
    *,
    in_channels: int,
    out_channels: int,
    kernel_size: int | Pair,
    stride: int | Pair,
    padding: int | Pair | str,
    dilation: int | Pair,
    groups: int,
    bias: bool,
    padding_mode: str,
) -> tuple[Array, Pullback]:
    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        planes, g = as_batch(x), as_batch(cotangent)
        geometry = _geometry(kernel_size, stride, padding, dilation, padding_mode)
        d_planes, d_weight = correlate_transpose(g, planes, params["weight"], groups, geometry)
        d_params: dict[str, Array | None] = {"weight": d_weight}
        if bias:
            d_params["bias"] = channel_sums(g)
        return d_params, (d_planes.reshape(x.shape),)

    y = forward(
        params,
        x,
        in_channels=in_channels,
        out_channels=out_channels,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=bias,
        padding_mode=padding_mode,
    )
    return y, pullback


def _check_channels(channels: int, in_channels: int, out_channels: int, groups: int) -> None:
    if channels != in_channels:
        raise ValueError(f"x has {channels} channels, expected {in_channels}")
    if groups < 1 or out_channels < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"{groups} groups do not divide {in_channels} -> {out_channels} channels")


def _geometry(
    kernel_size: int | Pair,
    stride: int | Pair,
    padding: int | Pair | str,
    dilation: int | Pair,
    padding_mode: str,
) -> Geometry:
    """Where the windows lie."""
    kernel, stride, dilation = pair(kernel_size), pair(stride), pair(dilation)
    require_at_least(1, kernel_size=kernel, stride=stride, dilation=dilation)
    return Geometry(kernel, stride, dilation, _border(kernel, stride, padding, dilation), padding_mode)


def _border(kernel: Pair, stride: Pair, padding: int | Pair | str, dilation: Pair) -> Border:
    if padding == "same":
        if stride != (1, 1):
            raise ValueError(f"padding 'same' needs stride 1, not {stride}")
        total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        top, left = total[0] // 2, total[1] // 2
        return (top, total[0] - top), (left, total[1] - left)
    if isinstance(padding, str) and padding != "valid":
        raise ValueError(f"padding must be a number, a pair, 'same' or 'valid', not {padding!r}")
    height, width = (0, 0) if isinstance(padding, str) else pair(padding)
    require_at_least(0, padding=(height, width))
    return (height, height), (width, width)
