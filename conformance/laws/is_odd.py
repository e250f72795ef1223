"""Law: tanh is odd."""

from ..trial import Trial
from ._single import first_input, output_of


def is_odd(trial: Trial) -> None:
    """tanh(-x) is -tanh(x)."""
    case = trial.case
    mirrored = -output_of(trial, case.with_inputs(-first_input(case)))
    trial.agree_with_each_other(mirrored, output_of(trial), what="-tanh(-x)")
