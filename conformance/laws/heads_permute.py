"""Law: heads have no order."""

import numpy as np

from ..tree import Array
from ..trial import Trial
from ._attention import between_projections
from ._symmetry import Orders, Symmetry, check_symmetry, shuffled


def heads_permute(trial: Trial) -> None:
    """Reordering the heads, with their parts of the projections, reorders their weights, and nothing else."""
    case = trial.case
    heads, features = case.config["num_heads"], case.config["embed_dim"]
    if heads < 2:
        return
    order = shuffled(heads)
    *_, mask = between_projections(case)

    def blocks(size: int, each: int) -> Array:
        """The same order within every `heads` blocks of `each` elements."""
        single = (order[:, None] * each + np.arange(each)).reshape(-1)
        return np.concatenate([single + start for start in range(0, size, heads * each)] or [single[:0]])

    def orders(name: str, array: Array) -> Orders:
        if name.startswith("out_proj"):
            return {1: blocks(features, features // heads)} if array.ndim == 2 else {}
        axis = -1 if name in ("bias_k", "bias_v") else 0
        return {axis: blocks(array.shape[axis], features // heads)}

    per_head: Orders = {} if case.config["average_attn_weights"] else {-3: order}
    in_mask: Orders = {0: blocks(len(mask), 1)} if mask is not None and mask.ndim == 3 else {}
    symmetry = Symmetry(
        params={name: orders(name, array) for name, array in case.params.items()},
        inputs=({}, {}, {}, {}, in_mask),
        outputs=({}, per_head),
    )
    check_symmetry(trial, symmetry, "heads reordered")
