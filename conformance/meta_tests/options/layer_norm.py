"""layer_norm: how much is normalised, how many slices there are, what is left out."""

import math

from conformance.case import Case

from ._option import REGIME, Impossible, Option, among, size, switches, x


def inner_of(case: Case) -> tuple[int, ...]:
    """The normalised sizes."""
    shape = case.config["normalized_shape"]
    return shape if isinstance(shape, tuple) else (shape,)


def leading_of(case: Case) -> tuple[int, ...]:
    """The sizes before them."""
    return tuple(x(case).shape[: x(case).ndim - len(inner_of(case))])


def elements(case: Case) -> str:
    """How many elements share a mean."""
    count = math.prod(inner_of(case))
    return str(count) if count < 3 else "several" if count < 200 else "large"


OPTIONS = (
    REGIME,
    Option(
        "form of normalized_shape",
        ("int", "tuple"),
        lambda case: type(case.config["normalized_shape"]).__name__,
    ),
    Option("normalised dimensions", ("1", "2", "3"), lambda case: str(len(inner_of(case)))),
    Option("leading dimensions", ("0", "1", "2", "3"), lambda case: str(len(leading_of(case)))),
    Option("elements of a slice", ("several",), elements, rare=("1", "2", "large")),
    size("slices", lambda case: math.prod(leading_of(case)), large=200),
    among("eps", 1e-05, 0.125, 0.001),
    *switches("elementwise_affine", "bias"),
)

IMPOSSIBLE = (
    *(
        Impossible(
            f"normalised dimensions={n}",
            ("form of normalized_shape=int", "elements of a slice=1", "elements of a slice=2"),
            "an int is one dimension, and of several each has two elements or more",
        )
        for n in (2, 3)
    ),
    *(
        Impossible(
            "elements of a slice=large",
            (other,),
            "what is large is small in all else",
        )
        for other in (
            *("normalised dimensions=2", "normalised dimensions=3", "leading dimensions=2"),
            *("leading dimensions=3", "slices=0", "slices=large"),
        )
    ),
    Impossible(
        "slices=large",
        (
            *("normalised dimensions=2", "normalised dimensions=3"),
            *("leading dimensions=0", "leading dimensions=2", "leading dimensions=3"),
        ),
        "what is large is small in all else",
    ),
    Impossible(
        "slices=0",
        ("leading dimensions=0", "leading dimensions=1", "leading dimensions=3"),
        "an empty batch has two dimensions",
    ),
    Impossible("leading dimensions=0", ("slices=several",), "one slice has no other"),
)
