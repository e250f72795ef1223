"""Law: hidden units have no order."""

import numpy as np

from ..tree import Array
from ..trial import Trial
from ._recurrent import split_name, states_of
from ._symmetry import Orders, Symmetry, check_symmetry, shuffled


def hidden_units_permute(trial: Trial) -> None:
    """Reordering the hidden units, with their weights and states, reorders the outputs, and nothing else."""
    case = trial.case
    units = case.config["hidden_size"]
    if units < 2:
        return
    order, projected = shuffled(units), bool(case.config.get("proj_size"))

    def blocks(size: int) -> Array:
        """The same order in every block: of gates, or of directions."""
        return np.concatenate([order + start for start in range(0, size, units)])

    def orders(name: str, array: Array) -> Orders:
        kind, layer = split_name(name)
        if kind == "weight_hr":
            return {1: order}
        rows = {0: blocks(array.shape[0])}
        # What the first layer reads, a cell and a projection, nobody has reordered.
        deeper = kind == "weight_ih" and layer and not layer.startswith("_l0")
        if not projected and (kind == "weight_hh" or deeper):
            return rows | {1: blocks(array.shape[1])}
        return rows

    # A projected h, which comes before c, has no hidden units; a cell has no sequence of outputs, and no mask.
    states: list[Orders] = [{-1: order} for _ in states_of(case)]
    sequence: list[Orders] = []
    if projected:
        states[0] = {}
    if "bidirectional" in case.config:
        directions = 1 + case.config["bidirectional"]
        sequence = [{} if projected else {-1: blocks(directions * units)}]
    symmetry = Symmetry(
        params={name: orders(name, array) for name, array in case.params.items()},
        inputs=({}, *states, *sequence),
        outputs=(*sequence, *states),
    )
    check_symmetry(trial, symmetry, "hidden units reordered")
