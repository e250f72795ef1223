"""mean: the dimensions averaged."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, dimensions, extent, size, switches, x


def form_of(case: Case) -> str:
    """How dim is written."""
    dim = case.config["dim"]
    return "None" if dim is None else "int" if isinstance(dim, int) else "tuple" if dim else "empty tuple"


def averaged_of(case: Case) -> str:
    """How many dimensions are averaged."""
    dim, ndim = case.config["dim"], x(case).ndim
    count = 1 if isinstance(dim, int) else len(dim or range(ndim))
    return "all" if count >= ndim else "one" if count == 1 else "several"


OPTIONS = (
    REGIME,
    *switches("keepdim"),
    dimensions(),
    Option("form of dim", ("None", "int", "tuple", "empty tuple"), form_of),
    Option("averaged", ("one", "several", "all"), averaged_of),
    size("longest dimension", extent),
)

IMPOSSIBLE = (
    Impossible("form of dim=None", ("averaged=one", "averaged=several"), "None is all dimensions"),
    Impossible(
        "form of dim=empty tuple", ("averaged=one", "averaged=several"), "an empty tuple is all dimensions"
    ),
    Impossible("form of dim=int", ("averaged=several",), "an int is one dimension"),
    *(
        Impossible(f"dimensions={n}", ("averaged=one", "averaged=several"), "one dimension is all of them")
        for n in (0, 1)
    ),
    Impossible("dimensions=2", ("averaged=several",), "several of two dimensions are all of them"),
    Impossible(
        "dimensions=0",
        ("longest dimension=0", "longest dimension=several", "longest dimension=large"),
        "no dimension is one element",
    ),
    *(
        Impossible(f"dimensions={n}", ("longest dimension=large",), "what is large has two dimensions")
        for n in (3, 4, 5)
    ),
    Impossible("averaged=several", ("longest dimension=large",), "what is large has two dimensions"),
    Impossible(
        "longest dimension=0",
        ("averaged=all", "averaged=several", "form of dim=None", "form of dim=empty tuple", "dimensions=1"),
        "the mean of nothing is a kink",
    ),
)
