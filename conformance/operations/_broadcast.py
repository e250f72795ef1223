"""Shapes that broadcast to one another, and options that scale an operand."""

import numpy as np

from ..drawing import Draw
from ..operation import Rejection
from ._shapes import any_shape

ALPHAS = (1, 1, 1.0, 2, -1, 0.5, -3, 0, -1.5, 0.1, 2.718281828)
"""Integers and floats, no factor at all, and such as fill the significand."""

Shapes = tuple[tuple[int, ...], tuple[int, ...]]


def operand_shapes(draw: Draw) -> Shapes:
    """Shapes of input and other: the same, or with one of them or both thinned."""
    shape = any_shape(draw)
    thinned = draw.choice(("none", "other", "input", "both", "none", "other", "input"))
    input_shape = _thinned(draw, shape) if thinned in ("input", "both") else shape
    other_shape = _thinned(draw, shape) if thinned in ("other", "both") else shape
    return input_shape, other_shape


def _thinned(draw: Draw, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Some dimensions in front away, some of the others of size 1; in a fifth of the cases all of it away."""
    dropped = len(shape) if draw.rarely(5) else draw.integer(0, max(len(shape) - 1, 0))
    # Of what stays at least one dimension is repeated, unless some were dropped.
    kept = shape[dropped:]
    if not kept:
        return kept
    repeated = draw.integer(0, len(kept) - 1)
    return tuple(
        1 if (axis == repeated and not dropped) or draw.rarely(3) else size for axis, size in enumerate(kept)
    )


def is_dyadic(alpha: float) -> bool:
    """Whether products with small integers have few digits, so that sums of them are exact."""
    return float(16 * alpha).is_integer()


def no_broadcast(**config: object) -> tuple[Rejection, ...]:
    """Operands whose shapes do not broadcast."""

    def rejected(name: str, left: tuple[int, ...], right: tuple[int, ...]) -> Rejection:
        inputs = (np.arange(1.0, np.prod(left) + 1).reshape(left), np.ones(right))
        return Rejection(name=name, config=config, inputs=inputs)

    return (
        rejected("last dimensions that differ", (2, 3), (2, 2)),
        rejected("first dimensions that differ", (2, 3), (3, 3)),
        rejected("aligned at the first dimension", (2, 3), (2,)),
        rejected("a transposed operand", (2, 3), (3, 2)),
        rejected("a size that divides the other", (4,), (2,)),
        rejected("nothing beside several", (0,), (2,)),
        rejected("a dimension in the middle that differs", (2, 3, 4), (2, 2, 4)),
        rejected("flat beside a matrix", (6,), (2, 3)),
    )
