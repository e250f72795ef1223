"""max_pool2d: cases, rejections, ties, and the claims of a maximum."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.batch_is_independent import batch_is_independent
from ..laws.channels_permute import channels_permute
from ..laws.differences_do_not_grow import differences_do_not_grow
from ..laws.is_homogeneous import is_homogeneous
from ..laws.is_translation_equivariant import is_translation_equivariant
from ..laws.maximum_moves_freely import maximum_moves_freely
from ..laws.maximum_shifts import maximum_shifts
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Kink, Operation, Rejection
from ..tree import Array
from ._windows import pair, planes, pool_padding, samples, span


def cases(draw: Draw) -> Case:
    """Every option; all values differ, so that every maximum is at one place."""
    # Half a MiB of cells in two samples: loops take a twentieth of a second for them where no windows overlap.
    many = draw.dtype == np.float64 and draw.rarely(99)
    kernel_size, dilation = draw.pair(1 + many, 4), draw.pair(1, 3)
    stride = draw.pair(1, 4) if not many and draw.boolean() else None
    padding, ceil_mode = pool_padding(draw, pair(kernel_size)), draw.boolean()
    # Rounded up, a last window may hang over; and one that starts in the padding must reach the plane.
    rows, columns = (
        max(span(k, d) - 2 * p - (s - 1 if ceil_mode else 0), d)
        for k, d, p, s in zip(
            pair(kernel_size), pair(dilation), pair(padding), pair(stride or kernel_size), strict=True
        )
    )
    shape = (2, 2, 131, 133) if many else planes(draw, (rows, columns))
    return draw.case(
        config={
            "kernel_size": kernel_size,
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "return_indices": draw.boolean(),
            "ceil_mode": ceil_mode,
        },
        inputs=[draw.distinct(shape, 1.0, ANY, row=2)],
        exact=True,
    )


def special(draw: Draw) -> Case:
    """NaN, infinities, signed zeros and subnormals in x."""
    case = cases(draw)
    (x,) = case.inputs
    assert x is not None
    return case.with_inputs(draw.sprinkled(x))


def _config(**options: object) -> dict[str, object]:
    return {
        "kernel_size": 2,
        "stride": None,
        "padding": 0,
        "dilation": 1,
        "return_indices": False,
        "ceil_mode": False,
        **options,
    }


def _reject(name: str, x: tuple[int, ...] = (2, 3, 5, 6), **options: object) -> Rejection:
    values = np.arange(np.prod(x), dtype=np.float64).reshape(x)
    return Rejection(name=name, config=_config(**options), inputs=(values,))


def _plane(*rows: tuple[float, ...]) -> Array:
    return np.array([rows], dtype=np.float64)


MAX_POOL2D = Operation(
    name="max_pool2d",
    profile="core",
    cases=cases,
    special=special,
    outputs=("output", "indices"),
    rejects=(
        _reject("input without channels", x=(5, 6)),
        _reject("input of five dimensions", x=(1, 2, 3, 5, 6)),
        _reject("no channels", x=(2, 0, 5, 6)),
        _reject("no rows", x=(2, 3, 0, 6)),
        _reject("kernel of no cells", kernel_size=(2, 0)),
        _reject("stride 0", stride=(0, 1)),
        _reject("dilation 0", dilation=0),
        _reject("negative padding", padding=-1),
        _reject("padding of more than half of the kernel, above", padding=(2, 0)),
        _reject("padding of more than half of the kernel, beside", padding=(0, 2)),
        _reject(
            "padding of more than half of the kernel, not of the dilated one",
            padding=2,
            dilation=3,
        ),
        _reject("kernel higher than the input", kernel_size=(6, 2)),
        _reject("dilated kernel wider than the input", kernel_size=3, dilation=(1, 3)),
    ),
    kinks=(
        Kink(
            name="ties",
            config=_config(return_indices=True),
            inputs=(_plane((1, 5, 2, 2), (5, 5, 2, 2)),),
            output=(_plane((5, 2)), np.array([[[1, 2]]])),
            cotangent=(_plane((3, -4)), None),
            inputs_cotangents=(_plane((0, 3, -4, 0), (0, 0, 0, 0)),),
        ),
        Kink(
            name="shared_maximum",
            config=_config(stride=1, return_indices=True),
            inputs=(_plane((1, 7, 7), (2, 7, 3)),),
            output=(_plane((7, 7)), np.array([[[1, 1]]])),
            cotangent=(_plane((3, -5)), None),
            inputs_cotangents=(_plane((0, -2, 0), (0, 0, 0)),),
        ),
        Kink(
            name="padding_never_wins",
            config=_config(padding=1, return_indices=True),
            inputs=(_plane((-3, -2), (-2, -np.inf)),),
            output=(_plane((-3, -2), (-2, -np.inf)), np.array([[[0, 1], [2, 3]]])),
            cotangent=(_plane((2, 3), (4, 5)), None),
            inputs_cotangents=(_plane((2, 3), (4, 5)),),
        ),
        Kink(
            name="last_nan",
            config=_config(return_indices=True),
            inputs=(_plane((np.nan, 9, 1, 2), (np.nan, 9, np.inf, np.nan)),),
            output=(_plane((np.nan, np.nan)), np.array([[[4, 7]]])),
            cotangent=(_plane((3, -4)), None),
            inputs_cotangents=(_plane((0, 0, 0, 0), (3, 0, 0, -4)),),
        ),
    ),
    samples=samples,
    laws=(
        Law(check=differences_do_not_grow),
        Law(check=maximum_moves_freely),
        Law(check=is_homogeneous),
        Law(check=maximum_shifts),
        Law(check=is_translation_equivariant),
        Law(check=channels_permute),
        Law(check=batch_is_independent),
        Law(check=unbatched_is_batch_of_one),
    ),
)
