"""Shapes for operations that take any number of dimensions, and sizes beyond a block."""

from ..case import Case
from ..drawing import Draw
from ..operation import Samples

LARGE = (256, 1024, 257, 1023)
"""Sizes past which vectorised and blocked code takes another path, and such as leave a remainder."""

HIGHEST = (8, 8, 5, 4, 3)
"""The largest size among one dimension, two, ... five: the number of elements stays moderate."""


def any_shape(draw: Draw, most: int = 5) -> tuple[int, ...]:
    """One dimension to `most`; now and then none, an empty first one, a large one, or a single element."""
    kind = draw.integer(0, 31)
    if kind in (28, 29):
        return ()
    if kind == 31:
        large = draw.choice(LARGE)
        return draw.choice(((large,), (2, large), (large, 2), (1, large)))
    dimensions = draw.integer(1, most)
    if kind == 27:
        return (1,) * dimensions
    sizes = [_size(draw, HIGHEST[dimensions - 1]) for _ in range(dimensions)]
    return (0, *sizes[1:]) if kind == 30 else tuple(sizes)


def _size(draw: Draw, high: int) -> int:
    """Mostly 2 or more: along a dimension of 1 there is little to get wrong."""
    drawn = draw.integer(0, 3 * (high - 1))
    return 1 if drawn == 3 * (high - 1) else 2 + drawn % (high - 1)


def losses(case: Case) -> Samples:
    """What a loss has: samples of input and target first; they are in the output where nothing is reduced."""
    x = case.inputs[0]
    assert x is not None
    kept = 0 if case.config["reduction"] == "none" else None
    return Samples(inputs=(0, 0), outputs=(kept,), batched=x.ndim > 0)
