"""Law: keys have no order."""

from ..trial import Trial
from ._attention import check_order, keys_of


def keys_permute(trial: Trial) -> None:
    """Reordering the keys, with their values, masks and weights, reorders their cotangents, and nothing else."""
    check_order(trial, keys_of(trial.case), "keys reordered")
