"""Options of softmax and log_softmax."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, counted, dimensions, size, x


def place_of(case: Case) -> str:
    """Which of the dimensions `dim` is."""
    count = max(x(case).ndim, 1)
    dim = case.config["dim"] % count
    return "the only one" if count == 1 else ("first", "last", "between")[(dim == count - 1) or 2 * (dim > 0)]


def normalised(case: Case) -> int:
    """How many scores are normalised together."""
    return int(x(case).shape[case.config["dim"]]) if x(case).ndim else 1


OPTIONS = (
    REGIME,
    dimensions(),
    counted("dim"),
    Option("place of dim", ("the only one", "first", "between", "last"), place_of),
    size("length of dim", normalised),
)

IMPOSSIBLE = (
    Impossible(
        "dimensions=0",
        (
            *("length of dim=0", "length of dim=several", "length of dim=large"),
            *("place of dim=first", "place of dim=between", "place of dim=last"),
        ),
        "no dimension is one element",
    ),
    Impossible(
        "dimensions=1",
        ("place of dim=first", "place of dim=between", "place of dim=last"),
        "a single dimension is the only one",
    ),
    *(
        Impossible(f"dimensions={n}", ("place of dim=the only one",), "there are several")
        for n in (2, 3, 4, 5)
    ),
    Impossible("dimensions=2", ("place of dim=between",), "there is none between two"),
    *(
        Impossible(f"dimensions={n}", ("length of dim=large",), "what is large has two dimensions")
        for n in (3, 4, 5)
    ),
    Impossible("place of dim=between", ("length of dim=large",), "what is large has two dimensions"),
    Impossible(
        "length of dim=0",
        ("place of dim=between", "place of dim=last"),
        "only the first dimension is ever empty",
    ),
)
