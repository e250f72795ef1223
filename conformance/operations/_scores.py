"""What the softmax family shares: scores to be normalised along one dimension."""

import numpy as np

from ..case import Case
from ..drawing import SCORES, Draw
from ..operation import Rejection, Samples
from ..tree import Array
from ._shapes import any_shape


def cases(draw: Draw) -> Case:
    """Any shape (none, too) and any dimension of it, counted from the front or from the back."""
    shape = any_shape(draw)
    dim = dimension(draw, len(shape))
    return draw.case(config={"dim": dim}, inputs=[scores(draw, shape, dim)])


def special(draw: Draw) -> Case:
    """Scores whose exponentials overflow or vanish, and non-finite ones."""
    shape = any_shape(draw)
    huge = float(np.finfo(draw.dtype).max)
    scores = special_scores(draw, shape, (huge, -huge))
    return draw.case(config={"dim": dimension(draw, len(shape))}, inputs=[scores])


def dimension(draw: Draw, dimensions: int) -> int:
    """One of `dimensions`, as a number from the front or a negative one; a 0-d tensor has 0 and -1."""
    count = max(dimensions, 1)
    return draw.integer(0, count - 1) - count * draw.boolean()


def scores(draw: Draw, shape: tuple[int, ...], dim: int) -> Array:
    """Scores whose slices along `dim` are the rows of SCORES."""
    if not shape:
        return draw.tensor(shape, reach=SCORES)
    moved = list(shape)
    moved.append(moved.pop(dim))
    return np.ascontiguousarray(np.moveaxis(draw.tensor(moved, reach=SCORES), -1, dim))


def special_scores(draw: Draw, shape: tuple[int, ...], *more: tuple[float, ...]) -> Array:
    """Moderate scores with a large offset, or with one kind of special value (or of `more`) among them.

    The kinds stay apart, since a single NaN or inf makes its whole slice NaN.
    """
    scores = draw.tensor(shape)
    tables = ((-np.inf,), (np.inf, -np.inf), (np.nan,), (0.0, -0.0), *more)
    kind = draw.integer(0, len(tables) + 2)
    if kind < 3:
        return np.asarray(scores + (1000.0, -1000.0, 10000.0)[kind], dtype=draw.dtype)
    return draw.sprinkled(scores, tables[kind - 3])


def slices(case: Case) -> Samples:
    """What is normalised for itself: the first dimension that is not `dim` has a sample at each place."""
    (x,) = case.inputs
    assert x is not None
    axis = 1 if x.ndim > 1 and case.config["dim"] in (0, -x.ndim) else 0
    return Samples(inputs=(axis,), outputs=(axis,), batched=x.ndim > 1)


_X = np.arange(6.0).reshape(2, 3)

REJECTS = (
    Rejection(name="dim is None", config={"dim": None}, inputs=(_X,)),
    Rejection(name="dim beyond the last", config={"dim": 2}, inputs=(_X,)),
    Rejection(name="dim before the first", config={"dim": -3}, inputs=(_X,)),
    Rejection(name="dim 1 of no dimension", config={"dim": 1}, inputs=(np.array(1.0),)),
    Rejection(name="dim -2 of no dimension", config={"dim": -2}, inputs=(np.array(1.0),)),
)
