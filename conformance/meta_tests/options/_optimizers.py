"""Options that all optimisers have."""

from conformance.case import Case

from ._option import Impossible, Option


def _count(case: Case) -> str:
    return "several" if len(case.params) > 1 else str(len(case.params))


def _state(case: Case) -> str:
    held = {key.rpartition(".")[0] for key in case.mappings[1]}
    return "none" if not held else "all" if len(held) == len(case.params) else "some"


PARAMS = Option("params", ("1", "several"), _count, rare=("0",))
STATE = Option("state", ("none", "all"), _state, rare=("some",))

NOTHING = (
    Impossible("params=0", ("state=all", "state=some"), "no params have no state"),
    Impossible("params=1", ("state=some",), "some are fewer than all"),
)
