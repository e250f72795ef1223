"""add: two operands, one of them scaled."""

from conformance.case import Case

from ._broadcast import IMPOSSIBLE as IMPOSSIBLE
from ._broadcast import OPTIONS as BROADCAST
from ._option import Option


def alpha_of(case: Case) -> str:
    """The kind of factor."""
    alpha = case.config["alpha"]
    return "1" if alpha == 1 else "integer" if isinstance(alpha, int) else "float"


OPTIONS = (*BROADCAST, Option("alpha", ("1", "integer", "float"), alpha_of))
