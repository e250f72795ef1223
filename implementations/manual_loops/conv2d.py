"""A cross-correlation of planes with kernels, in groups of channels.

    y[n][o][i][j] = bias[o] + sum_{c, p, q} weight[o][c][p][q]
                    * padded[n][first(o) + c][i * stride + p * dilation][j * stride + q * dilation]

where c runs over the in_channels / groups channels of the group of o, which begins at channel first(o), and
padded is x with margins filled as padding_mode says.

x (N, in_channels, H, W) or (in_channels, H, W), weight (out_channels, in_channels / groups, kh, kw),
bias (out_channels,); y (N, out_channels, OH, OW) or (out_channels, OH, OW) with
OH = (H + top + bottom - dilation * (kh - 1) - 1) // stride + 1, and likewise OW.

Raises ValueError for shapes that do not fit, channels that groups do not divide, a kernel_size, stride,
dilation or groups below 1, an unknown padding or padding_mode, margins that padding_mode cannot fill, and
'same' with a stride.
Source: torch.nn.Conv2d.
"""

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._padding import PADDING_MODES, check_margin, margins, source
from ._windows import check_positive, pair


def forward(
    params: Params,
    x: Array,
    *,
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int],
    padding: int | tuple[int, int] | str,
    dilation: int | tuple[int, int],
    groups: int,
    bias: bool,
    padding_mode: str,
) -> Array:
    """Return y."""
    return vjp(
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
    )[0]


def vjp(
    params: Params,
    x: Array,
    *,
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int],
    padding: int | tuple[int, int] | str,
    dilation: int | tuple[int, int],
    groups: int,
    bias: bool,
    padding_mode: str,
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of weight, bias and x."""
    shape, dtype = x.shape, x.dtype
    kernel_height, kernel_width = pair(kernel_size)
    stride_down, stride_right = pair(stride)
    step_down, step_right = pair(dilation)
    check_positive("kernel_size", pair(kernel_size))
    check_positive("stride", pair(stride))
    check_positive("dilation", pair(dilation))
    check_channels(shape, in_channels, out_channels, groups)
    if padding_mode not in PADDING_MODES:
        raise ValueError(f"padding_mode must be one of {PADDING_MODES}, got {padding_mode!r}")

    batch = shape[0] if len(shape) == 4 else 1
    height, width = shape[-2:]
    if 0 in (height, width) and not (batch == 0 and padding_mode == "zeros"):
        raise ValueError(f"x has no cell to convolve, got shape {shape}")
    (top, bottom), (left, right) = margins(padding, pair(kernel_size), pair(stride), pair(dilation))
    check_margin(top, bottom, height, padding_mode)
    check_margin(left, right, width, padding_mode)
    padded_height, padded_width = top + height + bottom, left + width + right
    out_height = (padded_height - step_down * (kernel_height - 1) - 1) // stride_down + 1
    out_width = (padded_width - step_right * (kernel_width - 1) - 1) // stride_right + 1
    if out_height < 1 or out_width < 1:
        raise ValueError(f"the kernel is larger than the padded input ({padded_height}, {padded_width})")

    group_in, group_out = in_channels // groups, out_channels // groups
    first = [o // group_out * group_in for o in range(out_channels)]
    rows = [source(r - top, height, padding_mode) for r in range(padded_height)]
    columns = [source(s - left, width, padding_mode) for s in range(padded_width)]
    x = to_lists(x, (batch, in_channels, height, width))
    weight_shape = (out_channels, group_in, kernel_height, kernel_width)
    weight = parameter(params, "weight", weight_shape)
    b = parameter(params, "bias", (out_channels,)) if bias else zeros(out_channels)

    padded = zeros(batch, in_channels, padded_height, padded_width)
    for n, c, r, s in indices(batch, in_channels, padded_height, padded_width):
        if rows[r] is not None and columns[s] is not None:
            padded[n][c][r][s] = x[n][c][rows[r]][columns[s]]

    y = zeros(batch, out_channels, out_height, out_width)
    for n, o in indices(batch, out_channels):
        for c, p, q in indices(group_in, kernel_height, kernel_width):
            tap, plane = weight[o][c][p][q], padded[n][first[o] + c]
            for i in range(out_height):
                row, out = plane[i * stride_down + p * step_down], y[n][o][i]
                for j in range(out_width):
                    out[j] += tap * row[j * stride_right + q * step_right]
        for i, j in indices(out_height, out_width):
            y[n][o][i][j] += b[o]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (batch, out_channels, out_height, out_width))

        dweight = zeros(*weight_shape)
        db = zeros(out_channels)
        dpadded = zeros(batch, in_channels, padded_height, padded_width)
        for n, o in indices(batch, out_channels):
            for c, p, q in indices(group_in, kernel_height, kernel_width):
                tap, channel, total = weight[o][c][p][q], first[o] + c, 0.0
                for i in range(out_height):
                    r = i * stride_down + p * step_down
                    row, drow, slopes = padded[n][channel][r], dpadded[n][channel][r], g[n][o][i]
                    for j in range(out_width):
                        s = j * stride_right + q * step_right
                        total += slopes[j] * row[s]
                        drow[s] += slopes[j] * tap
                dweight[o][c][p][q] += total
            for i, j in indices(out_height, out_width):
                db[o] += g[n][o][i][j]

        dx = zeros(batch, in_channels, height, width)
        for n, c, r, s in indices(batch, in_channels, padded_height, padded_width):
            if rows[r] is not None and columns[s] is not None:
                dx[n][c][rows[r]][columns[s]] += dpadded[n][c][r][s]

        params_cotangents = {"weight": to_array(dweight, weight_shape, dtype)}
        if bias:
            params_cotangents["bias"] = to_array(db, (out_channels,), dtype)
        return params_cotangents, (to_array(dx, shape, dtype),)

    return to_array(y, (*shape[:-3], out_channels, out_height, out_width), dtype), pullback


def check_channels(shape: tuple[int, ...], in_channels: int, out_channels: int, groups: int) -> None:
    """Raise ValueError where x or the groups do not fit the channels."""
    if groups < 1:
        raise ValueError(f"groups must be positive, got {groups}")
    if in_channels < 1 or in_channels % groups:
        raise ValueError(f"in_channels must be a multiple of groups = {groups}, got {in_channels}")
    if out_channels < 1 or out_channels % groups:
        raise ValueError(f"out_channels must be a multiple of groups = {groups}, got {out_channels}")
    if len(shape) not in (3, 4) or shape[-3] != in_channels:
        raise ValueError(f"x must be (N, {in_channels}, H, W) or ({in_channels}, H, W), got shape {shape}")
