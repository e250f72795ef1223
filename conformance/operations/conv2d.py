"""conv2d: cases, rejections and the claims of a convolution."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import ANY, WEIGHTS, Draw
from ..law import Law
from ..laws._toeplitz import padding_widths
from ..laws.batch_adds_up import batch_adds_up
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.channels_permute import channels_permute
from ..laws.dilated_is_zero_stuffed import dilated_is_zero_stuffed
from ..laws.equals_toeplitz_matrix import equals_toeplitz_matrix
from ..laws.groups_are_block_diagonal import groups_are_block_diagonal
from ..laws.is_linear import is_linear
from ..laws.is_local import is_local
from ..laws.is_translation_equivariant import is_translation_equivariant
from ..laws.one_by_one_is_dense import one_by_one_is_dense
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Operation, Rejection
from ._windows import batch, large, pair, plane, samples, span

MODES = ("zeros", "reflect", "replicate", "circular")


def cases(draw: Draw) -> Case:
    """Every option, alone and combined; the plane is at least what padding and dilated kernel need."""
    padding_mode = draw.choice(MODES)
    kind = draw.choice(("cells", "cells", "cells", "same", "valid"))
    padding = draw.pair(0, 2) if kind == "cells" else kind
    stride = 1 if kind == "same" else draw.pair(1, 4)
    options = {"stride": stride, "padding": padding, "padding_mode": padding_mode}
    # As many windows as half a MiB of float64 holds, twice: loops take a fifth of a second for them.
    if draw.dtype == np.float64 and draw.rarely(35):
        return _many_windows(draw, options)
    sizes = large(draw, "batch", "in_channels", "out_channels", "columns", one_in=15)
    return _large(draw, sizes, options) if sizes else _ordinary(draw, options)


def special(draw: Draw) -> Case:
    """NaN and infinities in x, without padding: with it torch's own dtypes disagree.

    No weight is zero, since a product with zero may be left out.
    """
    case = _ordinary(draw, {"stride": draw.pair(1, 2), "padding": 0, "padding_mode": "zeros"})
    (x,) = case.inputs
    assert x is not None
    params = {name: np.where(array == 0, draw.dtype.type(1), array) for name, array in case.params.items()}
    return case.with_inputs(draw.sprinkled(x, (np.nan, np.inf, -np.inf)), params=params, exact=False)


def _ordinary(draw: Draw, options: dict[str, Any]) -> Case:
    """A few channels in a few groups."""
    groups = draw.choice((1, 2, 3, 4))
    # One channel in a group of several is a depthwise convolution.
    in_group, out_group = draw.integer(1, 4 if groups == 1 else 2), draw.integer(1, 4 if groups == 1 else 2)
    options |= {"groups": groups, "kernel_size": draw.pair(1, 4), "dilation": draw.pair(1, 3)}
    channels = groups * in_group, groups * out_group
    return _case(draw, channels, options, (*batch(draw), channels[0], *plane(draw, _lowest(options))))


def _large(draw: Draw, sizes: dict[str, int], options: dict[str, Any]) -> Case:
    """Large in one dimension, and small in all others."""
    options |= {"groups": 1, "kernel_size": draw.pair(1, 2), "dilation": draw.pair(1, 2)}
    other = 1 if "batch" in sizes else draw.integer(1, 2)
    channels = sizes.get("in_channels", other), sizes.get("out_channels", other)
    rows, columns = _lowest(options)
    shape = sizes.get("batch", 1), channels[0], rows, max(columns, sizes.get("columns", 1))
    return _case(draw, channels, options, shape)


def _many_windows(draw: Draw, options: dict[str, Any]) -> Case:
    """More windows than a block of them holds, in each of two samples."""
    options |= {"groups": 1, "kernel_size": 4, "dilation": 1, "stride": 1}
    rows, columns = (max(low, 20) for low in _lowest(options))
    return _case(draw, (16, 1), options, (2, 16, rows, columns))


def _case(draw: Draw, channels: tuple[int, int], options: Mapping[str, Any], shape: tuple[int, ...]) -> Case:
    in_channels, out_channels = channels
    bias, kernel = draw.boolean(), pair(options["kernel_size"])
    params = {
        "weight": draw.tensor((out_channels, in_channels // options["groups"], *kernel), 1.0, WEIGHTS, row=3)
    }
    if bias:
        params["bias"] = draw.tensor((out_channels,), 1.0, WEIGHTS, row=0)
    return draw.case(
        config={
            "in_channels": in_channels,
            "out_channels": out_channels,
            "kernel_size": options["kernel_size"],
            "stride": options["stride"],
            "padding": options["padding"],
            "dilation": options["dilation"],
            "groups": options["groups"],
            "bias": bias,
            "padding_mode": options["padding_mode"],
        },
        params=params,
        inputs=[draw.tensor(shape, 1.0, ANY, row=2)],
        exact=True,
    )


def _lowest(options: Mapping[str, Any]) -> tuple[int, int]:
    """The smallest plane that the dilated kernel and the padding mode allow."""
    kernel, dilation = pair(options["kernel_size"]), pair(options["dilation"])
    widths = padding_widths(options["padding"], kernel, dilation)
    rows, columns = (
        max(span(k, d) - sum(width), _least(options["padding_mode"], max(width)), 1)
        for k, d, width in zip(kernel, dilation, widths, strict=True)
    )
    return rows, columns


def _least(padding_mode: str, width: int) -> int:
    """The smallest plane that can be padded by `width`: a mirror image leaves the edge itself out."""
    return {"reflect": width + 1, "circular": width}.get(padding_mode, 1)


def _reject(name: str, x: tuple[int, ...] = (2, 4, 5, 6), **options: object) -> Rejection:
    """A convolution of 4 channels into 6 by a 3 x 2 kernel, spoilt by `options` or by an input of shape `x`."""
    config = {
        "in_channels": 4,
        "out_channels": 6,
        "kernel_size": (3, 2),
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "bias": True,
        "padding_mode": "zeros",
        **options,
    }
    groups, kernel = config["groups"], config["kernel_size"]
    in_group = 4 // groups if isinstance(groups, int) and groups > 0 else 4
    assert isinstance(kernel, tuple)
    params = {
        "weight": np.arange(6.0 * in_group * kernel[0] * kernel[1]).reshape(6, in_group, *kernel) - 5,
        "bias": np.arange(6.0) - 2,
    }
    x_values = (np.arange(np.prod(x)) % 7).reshape(x) - 3.0
    return Rejection(name=name, config=config, params=params, inputs=(x_values,))


CONV2D = Operation(
    name="conv2d",
    profile="core",
    cases=cases,
    special=special,
    rejects=(
        _reject("input without channels", x=(5, 6)),
        _reject("input of five dimensions", x=(1, 2, 4, 5, 6)),
        _reject("too few channels", x=(2, 3, 5, 6)),
        _reject("too many channels", x=(2, 5, 5, 6)),
        _reject("channels last", x=(2, 5, 6, 4)),
        _reject("no rows", x=(2, 4, 0, 6)),
        _reject("kernel higher than the input", x=(2, 4, 2, 6)),
        _reject("kernel wider than the padded input", x=(4, 5, 1), kernel_size=(3, 4), padding=(0, 1)),
        _reject("dilated kernel higher than the input", x=(2, 4, 4, 6), dilation=(2, 1)),
        _reject("groups do not divide in_channels", groups=3),
        _reject("groups do not divide out_channels", groups=4),
        _reject("no groups", groups=0),
        _reject("kernel of no cells", kernel_size=(0, 2)),
        _reject("stride 0", stride=0),
        _reject("negative stride", stride=(1, -1)),
        _reject("dilation 0", dilation=(1, 0)),
        _reject("negative padding", padding=(0, -1)),
        _reject("same with a stride", padding="same", stride=2),
        _reject("unknown padding", padding="full"),
        _reject("unknown padding mode", padding_mode="mirror", padding=1),
        _reject("reflects more than there is", padding_mode="reflect", padding=(5, 0)),
        _reject("wraps around twice", padding_mode="circular", padding=(0, 7)),
    ),
    samples=samples,
    laws=(
        Law(check=equals_toeplitz_matrix),
        Law(check=is_linear),
        Law(check=is_translation_equivariant),
        Law(check=is_local),
        Law(check=one_by_one_is_dense),
        Law(check=dilated_is_zero_stuffed),
        Law(check=groups_are_block_diagonal),
        Law(check=channels_permute),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=batch_adds_up),
        Law(check=unbatched_is_batch_of_one),
    ),
)
