"""Law: the rows of a table have no order."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._single import first_input
from ._symmetry import Symmetry, check_symmetry, shuffled


def rows_permute(trial: Trial) -> None:
    """Renumbering the rows, in table, indices and padding_idx alike, reorders the table's cotangent alone."""
    case, x = trial.case, first_input(trial.case)
    count = case.config["num_embeddings"]
    if count < 2:
        return
    order = shuffled(count)
    numbers = np.argsort(order)
    symmetry = Symmetry(params={"weight": {0: order}}, inputs=({},), outputs=({},))
    padding = case.config["padding_idx"]
    config = {**case.config, "padding_idx": None if padding is None else int(numbers[padding])}
    indices = np.asarray(numbers[x], dtype=x.dtype)
    reordered = replace(symmetry.of(case), config=config, inputs=(indices,))
    check_symmetry(trial, symmetry, "rows renumbered", reordered)
