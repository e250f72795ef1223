"""avg_pool2d: mean of every window."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, switches
from ._windows import END, POOLS, windows


def divisor_of(case: Case) -> str:
    """The sign of a divisor."""
    divisor = case.config["divisor_override"]
    return "None" if divisor is None else "positive" if divisor > 0 else "negative"


OPTIONS = (
    REGIME,
    *windows(dilated=False),
    END,
    *switches("ceil_mode", "count_include_pad"),
    Option("divisor_override", ("None", "positive", "negative"), divisor_of),
)

IMPOSSIBLE = (
    *POOLS,
    Impossible("form of stride=None", ("stride=overlapping",), "the stride is the kernel's size"),
)
