"""Law: queries have no order."""

from ..trial import Trial
from ._attention import check_order, queries_of


def queries_permute(trial: Trial) -> None:
    """Reordering the queries, with their rows of the mask, reorders the outputs and their own cotangents."""
    check_order(trial, queries_of(trial.case), "queries reordered")
