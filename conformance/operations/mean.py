"""mean: cases over every choice of dimensions, special values and rejections."""

import math
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.dimensions_have_no_order import dimensions_have_no_order
from ..laws.is_linear import is_linear
from ..laws.kept_dimensions_are_of_size_one import kept_dimensions_are_of_size_one
from ..operation import Kink, Operation, Rejection
from ._shapes import any_shape

Dim = int | tuple[int, ...] | None


def cases(draw: Draw) -> Case:
    """Any shape, averaged over one dimension, several or all, each counted from the front or the back."""
    shape, config = _structure(draw)
    x = draw.tensor(shape, reach=ANY)
    count = _count(shape, config["dim"])
    # A mean is exact where its divisor is a power of two.
    return draw.case(config=config, inputs=[x], exact=count & (count - 1) == 0)


def special(draw: Draw) -> Case:
    """NaN, infinities and zeros; a divided subnormal is rounded, and a sum of the largest numbers overflows."""
    shape, config = _structure(draw)
    x = draw.sprinkled(draw.tensor(shape), (np.inf, -np.inf, np.nan, 0.0, -0.0))
    return draw.case(config=config, inputs=[x])


def _structure(draw: Draw) -> tuple[tuple[int, ...], dict[str, Any]]:
    shape = any_shape(draw)
    keepdim = draw.boolean()
    if 0 in shape:
        # Not over the first dimension, which is empty: the mean of nothing is a kink.
        shape = (*shape[:4], 2)
        return shape, {"dim": draw.choice((-1, (len(shape) - 1,))), "keepdim": keepdim}
    how = draw.choice(("one", "several", "one", "several", "all", "none named"))
    if how == "all":
        return shape, {"dim": None, "keepdim": keepdim}
    if how == "none named":
        return shape, {"dim": (), "keepdim": keepdim}
    # A 0-d tensor has the dimensions 0 and -1, like a vector.
    ndim = max(len(shape), 1)
    first = draw.integer(0, ndim - 1)
    if how == "one":
        return shape, {"dim": first - ndim * draw.boolean(), "keepdim": keepdim}
    # Another step each time, so that they come in any order.
    step = draw.choice((1, ndim - 1)) if ndim > 2 else 1
    dims = ((first + step * i) % ndim for i in range(draw.integer(min(2, ndim), ndim)))
    return shape, {"dim": tuple(dim - ndim * draw.boolean() for dim in dims), "keepdim": keepdim}


def _count(shape: tuple[int, ...], dim: Dim) -> int:
    """How many elements are averaged."""
    dims = (dim,) if isinstance(dim, int) else dim or range(len(shape))
    return math.prod(shape[axis] for axis in dims) if shape else 1


_X = np.arange(24.0).reshape(2, 3, 4)


def _rejected(name: str, x: object, dim: Dim) -> Rejection:
    return Rejection(name=name, config={"dim": dim, "keepdim": False}, inputs=(np.array(x),))


def _of_nothing(name: str, shape: tuple[int, ...], dim: Dim, keepdim: bool, like: tuple[int, ...]) -> Kink:
    return Kink(
        name=name,
        config={"dim": dim, "keepdim": keepdim},
        inputs=(np.zeros(shape),),
        output=np.full(like, np.nan),
        cotangent=np.full(like, 3.0),
        inputs_cotangents=(np.zeros(shape),),
    )


MEAN = Operation(
    name="mean",
    profile="vision",
    cases=cases,
    special=special,
    rejects=(
        _rejected("integers", np.arange(6).reshape(2, 3), 1),
        _rejected("booleans", [True, False], None),
        _rejected("dim beyond the last", _X, 3),
        _rejected("dim before the first", _X, -4),
        _rejected("one of several beyond the last", _X, (0, 3)),
        _rejected("one of several before the first", _X, (-4, 1)),
        _rejected("a dimension twice", _X, (1, 1)),
        _rejected("a dimension from either side", _X, (0, 1, -3)),
        _rejected("dim 1 of no dimension", 1.0, 1),
        _rejected("dim -2 of no dimension", 1.0, (-2,)),
        _rejected("both dimensions of no dimension", 1.0, (0, -1)),
    ),
    kinks=(
        _of_nothing("mean_of_nothing", (0, 2), None, False, ()),
        _of_nothing("mean_of_nothing_along_a_dimension", (2, 0), 1, False, (2,)),
        _of_nothing("mean_of_nothing_kept", (3, 0, 2), (1, -1), True, (3, 1, 1)),
    ),
    laws=(
        Law(check=is_linear),
        Law(check=dimensions_have_no_order),
        Law(check=kept_dimensions_are_of_size_one),
    ),
)
