"""Law: reductions are of the same losses."""

import numpy as np

from ..case import Case
from ..trial import Trial, spread_leaves
from ._single import output_of


def reductions_agree(trial: Trial) -> None:
    """The sum is the sum of the unreduced losses, and the mean is the sum divided by what they count for."""
    case = trial.case
    if case.config["reduction"] == "none":
        return
    each = output_of(trial, case.with_config(reduction="none")).astype(np.float64)
    divisor = 1.0 if case.config["reduction"] == "sum" else _count(case, each.size)
    if divisor == 0:
        return  # the mean of nothing
    trial.agree(
        trial.named_output(output_of(trial)),
        [("", np.asarray(each.sum() / divisor))],
        lambda careful: spread_leaves(trial.oracle, careful),
        shares=2,
    )


def _count(case: Case, losses: int) -> float:
    """What a mean divides by: the number of losses; of class indices, the weights of those not ignored."""
    target = case.inputs[1]
    assert target is not None
    if target.dtype.kind == "f":
        return losses
    counted = target[target != case.config["ignore_index"]]
    weight = case.params.get("weight")
    return counted.size if weight is None else float(weight.astype(np.float64)[counted].sum())
