"""Law: a sum has no order."""

from ..trial import Trial
from ._single import first_input
from ._symmetry import Symmetry, check_symmetry, shuffled


def terms_permute(trial: Trial) -> None:
    """Reordering the terms of every sum, in both operands alike, reorders their cotangents and nothing else."""
    x = first_input(trial.case)
    other = trial.case.inputs[1]
    assert other is not None
    terms = x.shape[-1]
    if terms < 2:
        return
    order = shuffled(terms)
    axis = other.ndim - 2 if other.ndim > 1 else 0
    symmetry = Symmetry(inputs=({x.ndim - 1: order}, {axis: order}), outputs=({},))
    check_symmetry(trial, symmetry, "terms reordered")
