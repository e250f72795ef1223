"""flatten: cases, special values and rejections."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.is_linear import is_linear
from ..laws.keeps_the_order import keeps_the_order
from ..operation import Operation, Rejection
from ._shapes import any_shape


def cases(draw: Draw) -> Case:
    """Any shape, any range of its dimensions, each end counted from the front or from the back."""
    shape = any_shape(draw)
    config = _dimensions(draw, len(shape))
    return draw.case(config=config, inputs=[draw.tensor(shape, reach=ANY)], exact=True)


def special(draw: Draw) -> Case:
    """NaN, infinities, zeros and subnormals are copied as they are."""
    shape = any_shape(draw)
    x = draw.sprinkled(draw.tensor(shape))
    return draw.case(config=_dimensions(draw, len(shape)), inputs=[x])


def _dimensions(draw: Draw, dimensions: int) -> dict[str, int]:
    # A 0-d tensor has the dimensions 0 and -1, like a vector.
    count = max(dimensions, 1)
    start = draw.integer(0, count - 1)
    end = draw.integer(start, count - 1)
    return {
        "start_dim": start - count * draw.boolean(),
        "end_dim": end - count * draw.boolean(),
    }


_X = np.arange(24.0).reshape(2, 3, 4)


def _rejected(name: str, x: object, start_dim: int, end_dim: int) -> Rejection:
    return Rejection(name=name, config={"start_dim": start_dim, "end_dim": end_dim}, inputs=(np.array(x),))


FLATTEN = Operation(
    name="flatten",
    profile="core",
    cases=cases,
    special=special,
    rejects=(
        _rejected("start_dim beyond the last", _X, 3, -1),
        _rejected("start_dim before the first", _X, -4, -1),
        _rejected("end_dim beyond the last", _X, 0, 3),
        _rejected("end_dim before the first", _X, 0, -4),
        _rejected("start_dim after end_dim", _X, 2, 1),
        _rejected("start_dim after a negative end_dim", _X, 1, -3),
        _rejected("start_dim 1 of no dimension", 1.0, 1, -1),
        _rejected("end_dim 1 of no dimension", 1.0, 0, 1),
    ),
    laws=(
        Law(check=is_linear),
        Law(check=keeps_the_order),
    ),
)
