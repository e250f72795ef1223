"""local_response_norm: channels divided by their neighbours' response."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, among, batch, x


def size_of(case: Case) -> str:
    """The parity of a window's size."""
    size = case.config["size"]
    return "1" if size == 1 else "odd" if size % 2 else "even"


def reach_of(case: Case) -> str:
    """What the window of the middle channel misses."""
    size, channels = case.config["size"], x(case).shape[1]
    return "narrower than the channels" if size < channels else "as wide or wider"


OPTIONS = (
    REGIME,
    Option("size", ("1", "odd", "even"), size_of),
    Option("window", ("narrower than the channels", "as wide or wider"), reach_of),
    among("alpha", 1.0, 0.5, 3.0, 0.01, 0.0001),
    among("beta", 0.75, 1.0, 0.5, 2.0, 0.3, 0.0),
    among("k", 1.0, 2.0, 0.5, 0.1),
    Option("dimensions", ("3", "4", "5"), lambda case: str(x(case).ndim)),
    Option("batch", ("1", "several"), lambda case: batch(case, 0), rare=("0", "large")),
)

IMPOSSIBLE = (
    Impossible(
        "batch=large",
        ("dimensions=4", "dimensions=5"),
        "what is large in one dimension is small in the others",
    ),
)
