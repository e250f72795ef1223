"""avg_pool2d: cases, rejections and the claim of a mean."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.batch_is_independent import batch_is_independent
from ..laws.channels_permute import channels_permute
from ..laws.is_linear import is_linear
from ..laws.is_translation_equivariant import is_translation_equivariant
from ..laws.keeps_the_mean import keeps_the_mean
from ..laws.norm_shrinks import norm_shrinks
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Operation, Rejection
from ._windows import pair, planes, pool_padding, samples


def cases(draw: Draw) -> Case:
    """Every option; exact where every divisor is a power of two."""
    kernel_size = draw.pair(1, 4)
    stride = draw.pair(1, 4) if draw.boolean() else None
    padding, ceil_mode = pool_padding(draw, pair(kernel_size)), draw.boolean()
    # Rounded up, a last window may hang over the plane and its padding.
    rows, columns = (
        k - 2 * p - (s - 1 if ceil_mode else 0)
        for k, p, s in zip(pair(kernel_size), pair(padding), pair(stride or kernel_size), strict=True)
    )
    shape = planes(draw, (rows, columns))
    config = {
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "ceil_mode": ceil_mode,
        "count_include_pad": draw.boolean(),
        "divisor_override": draw.choice((None, None, None, 4, 3, 1, 7, -2)),
    }
    exact = all(abs(divisor) & (abs(divisor) - 1) == 0 for divisor in _divisors(config, shape))
    return draw.case(config=config, inputs=[draw.tensor(shape, reach=ANY)], exact=exact)


def special(draw: Draw) -> Case:
    """NaN, infinities and signed zeros in x.

    No huge numbers, whose sum overflows in float32 alone; no subnormals, whose mean depends on whether the sum is
    divided or every term.
    """
    case = cases(draw)
    (x,) = case.inputs
    assert x is not None
    return case.with_inputs(draw.sprinkled(x, (math.nan, math.inf, -math.inf, -0.0, 0.0)), exact=False)


def _divisors(config: Mapping[str, Any], shape: tuple[int, ...]) -> set[int]:
    """What the windows are divided by."""
    if config["divisor_override"] is not None:
        return {config["divisor_override"]}
    kernel = pair(config["kernel_size"])
    strides, padding = pair(config["stride"] or kernel), pair(config["padding"])
    counts = []
    for size, k, s, p in zip(shape[-2:], kernel, strides, padding, strict=True):
        windows = (size + 2 * p - k + (s - 1 if config["ceil_mode"] else 0)) // s + 1
        # A window that ceil_mode adds may start beyond the plane: that one is dropped.
        starts = [start for start in range(-p, windows * s - p, s) if start < size]
        first, last = (-p, size + p) if config["count_include_pad"] else (0, size)
        counts.append({min(start + k, last) - max(start, first) for start in starts})
    return {rows * columns for rows in counts[0] for columns in counts[1]}


def _reject(name: str, x: tuple[int, ...] = (2, 3, 5, 6), **options: object) -> Rejection:
    config = {
        "kernel_size": 2,
        "stride": None,
        "padding": 0,
        "ceil_mode": False,
        "count_include_pad": True,
        "divisor_override": None,
        **options,
    }
    return Rejection(name=name, config=config, inputs=(np.arange(np.prod(x), dtype=np.float64).reshape(x),))


AVG_POOL2D = Operation(
    name="avg_pool2d",
    profile="core",
    cases=cases,
    special=special,
    rejects=(
        _reject("input without channels", x=(5, 6)),
        _reject("input of five dimensions", x=(1, 2, 3, 5, 6)),
        _reject("no channels", x=(2, 0, 5, 6)),
        _reject("no columns", x=(2, 3, 5, 0)),
        _reject("kernel of no cells", kernel_size=(0, 2)),
        _reject("negative kernel", kernel_size=-1),
        _reject("stride 0", stride=(1, 0)),
        _reject("negative padding", padding=(-1, 0)),
        _reject("padding of more than half of the kernel, above", padding=(2, 0)),
        _reject("padding of more than half of the kernel, beside", padding=(0, 2)),
        _reject("kernel wider than the input", kernel_size=(2, 7)),
        _reject("divisor 0", divisor_override=0),
    ),
    samples=samples,
    laws=(
        Law(check=norm_shrinks),
        Law(check=keeps_the_mean),
        Law(check=is_linear),
        Law(check=is_translation_equivariant),
        Law(check=channels_permute),
        Law(check=batch_is_independent),
        Law(check=unbatched_is_batch_of_one),
    ),
)
