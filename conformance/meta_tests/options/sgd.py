"""sgd: a step of stochastic gradient descent."""

from conformance.case import Case

from ._optimizers import NOTHING, PARAMS, STATE
from ._option import REGIME, Impossible, Option, switches


def _used(name: str) -> Option:
    return Option(name, ("zero", "other"), lambda case: "other" if _value(case, name) else "zero")


def _value(case: Case, name: str) -> float:
    return float(case.config[name])


OPTIONS = (
    REGIME,
    PARAMS,
    STATE,
    Option("lr", ("zero", "other"), lambda case: "other" if case.config["lr"] else "zero"),
    _used("momentum"),
    _used("dampening"),
    _used("weight_decay"),
    *switches("nesterov", "maximize"),
)

IMPOSSIBLE: tuple[Impossible, ...] = (
    *NOTHING,
    Impossible("nesterov=True", ("momentum=zero", "dampening=other"), "refused"),
    Impossible("momentum=zero", ("state=all", "state=some"), "no buffer is kept"),
)
