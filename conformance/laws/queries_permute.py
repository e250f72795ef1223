"""Law: queries have no order."""

from ..trial import Trial
from ._attention import attended
from ._symmetry import Symmetry, check_symmetry, shuffled


def queries_permute(trial: Trial) -> None:
    """Reordering the queries, with their rows of the mask, reorders the outputs and their own cotangents."""
    query, _, _, mask = attended(trial.case)
    count = query.shape[-2]
    if count < 2 or trial.case.config["is_causal"]:
        return
    order = {-2: shuffled(count)}
    rows = {} if mask is None or mask.shape[-2] == 1 else order
    symmetry = Symmetry(inputs=(order, {}, {}, rows), outputs=(order,))
    check_symmetry(trial, symmetry, "queries reordered")
