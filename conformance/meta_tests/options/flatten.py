"""flatten: dimensions become one."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, counted, dimensions, x


def flattened_of(case: Case) -> str:
    """How many dimensions become one."""
    count = max(x(case).ndim, 1)
    start, end = (case.config[name] % count for name in ("start_dim", "end_dim"))
    return "one" if start == end else "all" if end - start == count - 1 else "some"


OPTIONS = (
    REGIME,
    dimensions(),
    counted("start_dim"),
    counted("end_dim"),
    Option("flattened", ("one", "some", "all"), flattened_of),
)

IMPOSSIBLE = (
    *(
        Impossible(f"dimensions={n}", others, "there are not so many dimensions")
        for n, others in (
            (0, ("flattened=some", "flattened=all")),
            (1, ("flattened=some", "flattened=all")),
            (2, ("flattened=some",)),
        )
    ),
)
