"""Law: features have no order."""

from ..trial import Trial
from ._single import first_input
from ._symmetry import Symmetry, check_symmetry, shuffled


def features_permute(trial: Trial) -> None:
    """Reordering the last features, with their weights, reorders outputs and cotangents, and nothing else."""
    orders = {-1: shuffled(first_input(trial.case).shape[-1])}
    symmetry = Symmetry(params=dict.fromkeys(trial.case.params, orders), inputs=(orders,), outputs=(orders,))
    check_symmetry(trial, symmetry, "features reordered")
