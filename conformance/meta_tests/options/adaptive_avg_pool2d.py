"""adaptive_avg_pool2d: mean of every one of a given number of windows."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, batch, x


def size_of(case: Case) -> str:
    """How the output size is written."""
    size = case.config["output_size"]
    if not isinstance(size, tuple):
        return "int"
    written = {(False, False): "pair", (True, False): "rows None", (False, True): "columns None"}
    return written.get((size[0] is None, size[1] is None), "both None")


def windows_of(case: Case, axis: int) -> str:
    """How many windows there are along an axis, against its cells."""
    size = case.config["output_size"]
    count = size[axis] if isinstance(size, tuple) else size
    cells = x(case).shape[axis - 2]
    if count is None or count == cells:
        return "as many as cells"
    if count == 1:
        return "one"
    return "more than cells" if count > cells else "overlapping" if cells % count else "touching"


WINDOWS = ("one", "touching", "overlapping", "as many as cells", "more than cells")

OPTIONS = (
    REGIME,
    Option("output_size", ("int", "pair", "rows None", "columns None", "both None"), size_of),
    Option("rows", WINDOWS, lambda case: windows_of(case, 0)),
    Option("columns", WINDOWS, lambda case: windows_of(case, 1)),
    Option("batch", ("none", "1", "several"), lambda case: batch(case, 3), rare=("0", "large")),
)


def _never(axis: str) -> tuple[str, ...]:
    return tuple(f"{axis}={value}" for value in WINDOWS if value != "as many as cells")


IMPOSSIBLE = (
    Impossible("output_size=rows None", _never("rows"), "None is the size of the plane"),
    Impossible("output_size=columns None", _never("columns"), "None is the size of the plane"),
    Impossible(
        "output_size=both None", (*_never("rows"), *_never("columns")), "None is the size of the plane"
    ),
)
