"""Shapes for operations that take any number of dimensions."""

from ..drawing import Draw


def any_shape(draw: Draw, most: int = 3) -> tuple[int, ...]:
    """One dimension to `most`, now and then none, or a long vector; only the first dimension may be empty."""
    kind = draw.integer(0, 15)
    if kind == 8:
        return ()
    if kind == 9:
        return (draw.integer(60, 99),)
    first = 0 if kind == 10 else draw.choice((2, 3, 4, 5, 6, 3, 4, 5, 1))
    return (first, *(draw.choice((3, 2, 4, 5, 3, 2, 4, 5, 1)) for _ in range(draw.integer(0, most - 1))))
