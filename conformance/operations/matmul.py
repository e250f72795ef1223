"""matmul: cases of vectors, matrices and batches that broadcast, special values and rejections."""

import numpy as np

from ..case import Case
from ..drawing import ANY, WEIGHTS, Draw
from ..law import Law
from ..laws.is_linear import is_linear
from ..laws.matrices_are_repeated import matrices_are_repeated
from ..laws.terms_permute import terms_permute
from ..laws.transposed_product_is_reversed import transposed_product_is_reversed
from ..laws.vector_is_a_row_or_a_column import vector_is_a_row_or_a_column
from ..operation import Operation, Rejection
from ._shapes import LARGE

Shape = tuple[int, ...]

KINDS = (
    *("matrix @ matrix", "vector @ vector", "vector @ matrix", "matrix @ vector"),
    *("batch @ batch", "batch @ matrix", "matrix @ batch", "batch @ batch"),
    *("batch @ vector", "vector @ batch"),
)

BATCHES: tuple[tuple[Shape, Shape], ...] = (
    *(((2,), (2,)), ((3,), (1,)), ((1,), (3,)), ((2, 3), (2, 3))),
    *(((2, 3), (3,)), ((3,), (2, 1)), ((2, 1), (1, 3)), ((2, 1, 3), (2, 2, 1))),
)
"""Batches of input and other, one by one or repeated on either side or on both."""


def cases(draw: Draw) -> Case:
    """Operands of any number of dimensions; either may be the one that is huge or tiny.

    Now and then one size is larger than a vector register, and ends in the middle of one; rarely it is larger
    than a block. Few cases have no term or nothing else to multiply.
    """
    shapes = _shapes(draw)
    reaches = (WEIGHTS, ANY) if draw.boolean() else (ANY, WEIGHTS)
    inputs = [draw.tensor(shape, reach=reach) for shape, reach in zip(shapes, reaches, strict=True)]
    return draw.case(config={}, inputs=inputs, exact=True)


def special(draw: Draw) -> Case:
    """NaN and infinities in one operand; the other has no zero: BLAS may leave out what a zero multiplies."""
    left, right = _shapes(draw)
    table = (np.nan, np.inf, -np.inf)
    if draw.boolean():
        return draw.case(config={}, inputs=[draw.off_zero(left), draw.sprinkled(draw.off_zero(right), table)])
    return draw.case(config={}, inputs=[draw.sprinkled(draw.off_zero(left), table), draw.off_zero(right)])


def _shapes(draw: Draw) -> tuple[Shape, Shape]:
    """Shapes of input and other."""
    left, right = draw.choice(KINDS).split(" @ ")
    rows, terms, columns = draw.integer(1, 5), draw.size(5), draw.integer(1, 5)
    if draw.rarely(6):
        # Only what is square can be multiplied by an operand that should have been transposed.
        rows = columns = max(terms, 1)
    batches = draw.choice(BATCHES)
    wide = draw.integer(0, 29)
    if wide > 25:
        size = draw.choice((35, 19)) if wide < 28 else draw.choice(LARGE)
        which = draw.integer(0, 2)
        rows, terms, columns = (
            size if place == which else min(n, 3) for place, n in enumerate((rows, terms, columns))
        )
        batches = ((2,), (2,))
    shapes = {
        "vector": ((terms,), (terms,)),
        "matrix": ((rows, terms), (terms, columns)),
        "batch": ((*batches[0], rows, terms), (*batches[1], terms, columns)),
    }
    return shapes[left][0], shapes[right][1]


def _rejected(name: str, left: Shape, right: Shape) -> Rejection:
    inputs = (np.arange(1.0, np.prod(left) + 1).reshape(left), np.ones(right))
    return Rejection(name=name, inputs=inputs)


MATMUL = Operation(
    name="matmul",
    profile="vision",
    inputs=("input", "other"),
    cases=cases,
    special=special,
    rejects=(
        _rejected("input without a dimension", (), (2,)),
        _rejected("other without a dimension", (2, 3), ()),
        _rejected("neither with a dimension", (), ()),
        _rejected("vectors of different lengths", (3,), (2,)),
        _rejected("a vector of one element beside several", (3,), (1,)),
        _rejected("a column of rows", (2, 3), (2,)),
        _rejected("a vector that fits the columns", (3,), (2, 3)),
        _rejected("matrices of the same shape", (2, 3), (2, 3)),
        _rejected("one term beside several", (2, 1), (3, 2)),
        _rejected("several terms beside one", (2, 3), (1, 2)),
        _rejected("no terms beside several", (2, 0), (3, 2)),
        _rejected("batches that differ", (2, 2, 3), (3, 3, 2)),
        _rejected("batches aligned at the first dimension", (2, 4, 2, 3), (2, 3, 2)),
        _rejected("a batch whose size divides the other", (4, 2, 3), (2, 3, 2)),
        _rejected("matrices of a batch that do not fit", (2, 2, 3), (2, 2, 3)),
    ),
    laws=(
        Law(check=is_linear),
        Law(check=transposed_product_is_reversed),
        Law(check=vector_is_a_row_or_a_column),
        Law(check=matrices_are_repeated),
        Law(check=terms_permute),
    ),
)
