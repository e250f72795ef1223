"""Law: a square grows with the square."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._single import output_of


def scales_quadratically(trial: Trial) -> None:
    """Twice the input and twice the target have four times the loss."""
    case = trial.case
    doubled = case.with_inputs(*(None if array is None else np.asarray(2 * array) for array in case.inputs))
    trial.agree(
        [("a quarter of the loss of the doubles", np.asarray(output_of(trial, doubled) / 4))],
        trial.named_output(output_of(trial)),
        lambda careful: spread_leaves(trial.oracle, careful),
        shares=2,
    )
