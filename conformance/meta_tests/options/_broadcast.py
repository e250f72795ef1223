"""Options of two operands that broadcast: which of them are repeated, and the output's dimensions."""

import numpy as np

from conformance.case import Case

from ._option import REGIME, Impossible, Option, size


def _shapes(case: Case) -> tuple[tuple[int, ...], ...]:
    shapes = tuple(array.shape for array in case.inputs if array is not None)
    return *shapes, np.broadcast_shapes(*shapes)


def repeated(case: Case) -> str:
    """Which operands are smaller than the output."""
    left, right, both = _shapes(case)
    return {(False, False): "none", (True, False): "input", (False, True): "other"}.get(
        (left != both, right != both), "both"
    )


def longest(case: Case) -> int:
    """The longest dimension of the output, where there are elements."""
    shape = _shapes(case)[-1]
    return 0 if 0 in shape else max(shape, default=1)


OPTIONS = (
    REGIME,
    Option(
        "dimensions",
        tuple(map(str, range(1, 6))),
        lambda case: str(len(_shapes(case)[-1])),
        rare=("0",),
    ),
    Option("repeated", ("none", "input", "other"), repeated, rare=("both",)),
    size("longest dimension", longest),
)

IMPOSSIBLE = (
    Impossible(
        "dimensions=0",
        ("longest dimension=0", "longest dimension=several", "longest dimension=large"),
        "no dimension is one element",
    ),
    Impossible(
        "dimensions=0", ("repeated=input", "repeated=other", "repeated=both"), "there is nothing to repeat"
    ),
    Impossible("dimensions=1", ("repeated=both",), "one of two vectors is as long as the output"),
    Impossible("longest dimension=1", ("repeated=both",), "one of two shapes of ones is the longer one"),
    *(
        Impossible(f"dimensions={n}", ("longest dimension=large",), "what is large has two dimensions")
        for n in (3, 4, 5)
    ),
)
