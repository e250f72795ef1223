"""concat: cases of one tensor to nine, special values and rejections."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law, Source
from ..laws.dim_counts_from_either_side import dim_counts_from_either_side
from ..laws.joined_in_two_steps import joined_in_two_steps
from ..laws.parts_are_untouched import parts_are_untouched
from ..operation import Operation, Rejection
from ._shapes import any_shape

COUNTS = (2, 3, 1, 2, 4, 3, 2, 4, 3, 9)
"""How many tensors; nine are more than a kernel that unrolls its loop has arguments for."""


def cases(draw: Draw) -> Case:
    """Any shape, joined along any dimension, with another size along it for each tensor, now and then 0."""
    shapes, dim = _structure(draw)
    inputs = [draw.tensor(shape, reach=ANY) for shape in shapes]
    return draw.case(config={"dim": dim}, inputs=inputs, exact=True)


def special(draw: Draw) -> Case:
    """All that a copy must leave alone: NaN, infinities, signed zeros, the smallest numbers and the largest."""
    shapes, dim = _structure(draw)
    return draw.case(config={"dim": dim}, inputs=[draw.sprinkled(draw.tensor(shape)) for shape in shapes])


def _structure(draw: Draw) -> tuple[list[tuple[int, ...]], int]:
    # What has no dimension has none to be joined along.
    shape = any_shape(draw) or (3,)
    axis = draw.integer(0, len(shape) - 1)
    sizes = (shape[axis], *(draw.size(4) for _ in range(draw.choice(COUNTS) - 1)))
    shapes = [(*shape[:axis], size, *shape[axis + 1 :]) for size in sizes]
    if len(shapes) > 1 and draw.rarely(12):
        # The one tensor that need not be like the others.
        shapes[draw.integer(0, len(shapes) - 1)] = (0,)
    return shapes, axis - len(shape) * draw.boolean()


def _rejected(name: str, *shapes: tuple[int, ...], dim: int = 0) -> Rejection:
    inputs = tuple(np.arange(1.0, np.prod(shape) + 1).reshape(shape) for shape in shapes)
    return Rejection(name=name, config={"dim": dim}, inputs=inputs)


CONCAT = Operation(
    name="concat",
    profile="vision",
    inputs=("*tensors",),
    cases=cases,
    special=special,
    rejects=(
        _rejected("no tensor"),
        _rejected("no dimension", ()),
        _rejected("no dimension beside a vector", (2,), ()),
        _rejected("dim beyond the last", (2, 3), (2, 3), dim=2),
        _rejected("dim before the first", (2, 3), (2, 3), dim=-3),
        _rejected("dim beyond the last of a single tensor", (2, 3), dim=2),
        _rejected("dim that only an empty vector lacks", (0,), (2, 3), dim=2),
        _rejected("columns that differ", (2, 3), (2, 4)),
        _rejected("rows that differ", (2, 3), (3, 3), dim=1),
        _rejected("a size of 1 elsewhere", (2, 3), (1, 3), dim=-1),
        _rejected("a third tensor that differs", (2, 3), (1, 3), (2, 2)),
        _rejected("a vector beside a matrix", (2, 3), (3,)),
        _rejected("a matrix beside a vector", (3,), (1, 3)),
        _rejected("a matrix beside a batch of them", (2, 3), (1, 2, 3), dim=-1),
        _rejected("no rows of another width", (0, 3), (2, 4)),
        _rejected("an empty matrix of another shape", (2, 3), (0, 0)),
    ),
    laws=(
        Law(check=parts_are_untouched, source=Source.SPECIAL),
        Law(check=joined_in_two_steps),
        Law(check=dim_counts_from_either_side),
    ),
)
