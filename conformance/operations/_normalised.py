"""What normalisations share: contents whose variance says something, and sizes of what is averaged."""

from ..drawing import Draw, Reach

EPS = (1e-5, 0.125, 1e-3, 1e-5)
"""The default, which only tiny variances notice, and larger ones, which all do."""

STANDARDISED = Reach(
    rows=(
        *((factor, 0.0) for factor in (1.0, 10.0, 0.1, 100.0, 1e-2, 1e3, 1e-3)),
        *((1.0, 30.0), (1.0, -100.0), (0.1, 3.0), (0.0, 7.3)),
    ),
    whole=((1e-3, 0.0), (1.0, 30.0), (1e-2, 0.0), (1.0, -100.0), (1e12, 0.0), (1e-30, 0.0)),
)
"""For what is standardised: an offset of 10**4 deviations would leave float32 no digits to judge."""


def few_or_many(draw: Draw) -> int:
    """How many elements share a mean: three or more, since two leave no derivative but by eps.

    Now and then more than a vector register has lanes, rarely more than a block, and rarely one or two.
    """
    kind = draw.integer(0, 31)
    if kind in (25, 26, 27):
        return (17, 19, 35)[kind - 25]
    if kind in (28, 29):
        return draw.choice((257, 1023))
    if kind == 30:
        return 1
    if kind == 31:
        return 2
    return draw.integer(3, 8)
