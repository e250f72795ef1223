"""Law: classes have no order."""

from ..trial import Trial
from ._single import first_input
from ._symmetry import Symmetry, check_symmetry, shuffled


def scores_permute(trial: Trial) -> None:
    """Reordering the scores along dim reorders the outputs and the cotangents in the same way."""
    x, dim = first_input(trial.case), trial.case.config["dim"]
    if not x.ndim or x.shape[dim] < 2:
        return
    orders = {dim: shuffled(x.shape[dim])}
    check_symmetry(trial, Symmetry(inputs=(orders,), outputs=(orders,)), "scores reordered")
