"""adaptive_avg_pool2d: cases and rejections."""

import math
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.batch_is_independent import batch_is_independent
from ..laws.channels_permute import channels_permute
from ..laws.is_linear import is_linear
from ..laws.own_size_changes_nothing import own_size_changes_nothing
from ..laws.plane_mirrors import plane_mirrors
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Operation, Rejection
from ._windows import pair, planes, samples

WINDOWS = (2, 3, 1, 4, 5, 7)


def cases(draw: Draw) -> Case:
    """Fewer windows than cells, as many and more; exact where every window has a power of two of cells."""
    output_size = _output_size(draw)
    shape = planes(draw, draw.choice(((3, 2), (4, 3), (1, 1), (6, 4), (2, 5))))
    rows, columns = (
        _cells(size, size if windows is None else windows)
        for size, windows in zip(shape[-2:], pair(output_size), strict=True)
    )
    exact = all(count & (count - 1) == 0 for count in rows | columns)
    return draw.case(config={"output_size": output_size}, inputs=[draw.tensor(shape, reach=ANY)], exact=exact)


def special(draw: Draw) -> Case:
    """NaN, infinities and signed zeros in x.

    No huge numbers, whose sum overflows in float32 alone; no subnormals, whose mean depends on whether the sum is
    divided or every term.
    """
    case = cases(draw)
    (x,) = case.inputs
    assert x is not None
    return case.with_inputs(draw.sprinkled(x, (math.nan, math.inf, -math.inf, -0.0, 0.0)), exact=False)


def _output_size(draw: Draw) -> Any:
    """An int or a pair, its entries now and then None."""
    if draw.integer(0, 2) == 2:
        return draw.choice(WINDOWS)
    rows, columns = draw.choice(WINDOWS), draw.choice(WINDOWS)
    return draw.choice(
        ((rows, columns), (rows, columns), (rows, columns), (None, columns), (rows, None), (None, None))
    )


def _cells(size: int, windows: int) -> set[int]:
    """How many cells the windows have along an axis."""
    return {-(-(i + 1) * size // windows) - i * size // windows for i in range(windows)}


def _reject(name: str, output_size: Any, x: tuple[int, ...] = (2, 3, 5, 6)) -> Rejection:
    array = np.arange(np.prod(x), dtype=np.float64).reshape(x)
    return Rejection(name=name, config={"output_size": output_size}, inputs=(array,))


ADAPTIVE_AVG_POOL2D = Operation(
    name="adaptive_avg_pool2d",
    profile="vision",
    cases=cases,
    special=special,
    rejects=(
        _reject("input without channels", 2, (5, 6)),
        _reject("input of five dimensions", 2, (1, 2, 3, 5, 6)),
        _reject("no dimension", 2, ()),
        _reject("no rows", 2, (2, 3, 0, 6)),
        _reject("no columns", (2, None), (2, 3, 5, 0)),
        _reject("no columns, unbatched", (None, None), (3, 5, 0)),
        _reject("negative number of windows", -1),
        _reject("negative number of columns", (2, -1)),
        _reject("negative number of rows", (-2, None)),
        _reject("no output size", None),
        _reject("one output size of two", (2,)),
        _reject("three output sizes", (2, 2, 2)),
    ),
    samples=samples,
    laws=(
        Law(check=own_size_changes_nothing),
        Law(check=plane_mirrors),
        Law(check=is_linear),
        Law(check=channels_permute),
        Law(check=batch_is_independent),
        Law(check=unbatched_is_batch_of_one),
    ),
)
