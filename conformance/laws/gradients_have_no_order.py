"""Law: a mapping of gradients has no order."""

from ..trial import Trial
from ._clipped import clipped, given, with_gradients


def gradients_have_no_order(trial: Trial) -> None:
    """Gradients that are given in the opposite order are clipped alike, each under its name."""
    case = trial.case
    turned = with_gradients(case, dict(reversed(given(case).items())))
    trial.agree_with_each_other(clipped(trial), clipped(trial, turned))
