"""Law: reductions are of the same losses."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._losses import mean_divisor
from ._single import output_of


def reductions_agree(trial: Trial) -> None:
    """The sum is the sum of the unreduced losses, and the mean is the sum divided by what they count for."""
    case = trial.case
    if case.config["reduction"] == "none":
        return
    each = output_of(trial, case.with_config(reduction="none")).astype(np.float64)
    divisor = 1.0 if case.config["reduction"] == "sum" else mean_divisor(case, each.size)
    if divisor == 0:
        return  # the mean of nothing
    trial.agree(
        trial.named_output(output_of(trial)),
        [("", np.asarray(each.sum() / divisor))],
        lambda careful: spread_leaves(trial.oracle, careful),
        shares=2,
    )
