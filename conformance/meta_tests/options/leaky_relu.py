"""leaky_relu: an elementwise operation with a slope."""

from conformance.case import Case

from ._elements import IMPOSSIBLE as IMPOSSIBLE
from ._elements import OPTIONS as ELEMENTS
from ._option import Option


def _slope(case: Case) -> str:
    slope = case.config["negative_slope"]
    return "0" if slope == 0 else "negative" if slope < 0 else "below 1" if slope < 1 else "1 or more"


OPTIONS = (*ELEMENTS, Option("negative_slope", ("0", "negative", "below 1", "1 or more"), _slope))
