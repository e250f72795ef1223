"""Law: hidden units have no order."""

import numpy as np

from ..tree import Array
from ..trial import Trial
from ._recurrent import split_name
from ._symmetry import Orders, Symmetry, check_symmetry, shuffled


def hidden_units_permute(trial: Trial) -> None:
    """Reordering the hidden units, with their weights and states, reorders the outputs, and nothing else."""
    case = trial.case
    units = case.config["hidden_size"]
    if units < 2 or case.config.get("proj_size"):
        return
    order = shuffled(units)

    def blocks(size: int) -> Array:
        """The same order in every block: of gates, or of directions."""
        return np.concatenate([order + start for start in range(0, size, units)])

    def orders(name: str, array: Array) -> Orders:
        rows = {0: blocks(array.shape[0])}
        kind, layer = split_name(name)
        # What the first layer reads, and a cell, nobody has reordered.
        if kind == "weight_hh" or (kind == "weight_ih" and layer and not layer.startswith("_l0")):
            return rows | {1: blocks(array.shape[1])}
        return rows

    # A cell has no sequence of outputs.
    sequences = [1 + case.config["bidirectional"]] if "bidirectional" in case.config else []
    symmetry = Symmetry(
        params={name: orders(name, array) for name, array in case.params.items()},
        inputs=({}, *({-1: order} for _ in case.inputs[1:])),
        outputs=(
            *({-1: blocks(directions * units)} for directions in sequences),
            *({-1: order} for _ in case.inputs[1:]),
        ),
    )
    check_symmetry(trial, symmetry, "hidden units reordered")
