"""Law: sums and products have no order."""

from ..trial import Trial
from .arguments_exchange import arguments_exchange


def operands_commute(trial: Trial) -> None:
    """Operands may change places where none is scaled: the output stays, and their cotangents change places."""
    if trial.case.config.get("alpha", 1) == 1:
        arguments_exchange(trial)
