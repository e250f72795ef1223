"""Law: what padding_idx means."""

from dataclasses import replace

import numpy as np

from ..law import NotJudged
from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def padding_row_is_constant(trial: Trial) -> None:
    """The row padding_idx has a cotangent of zero; output and other rows are as without a padding_idx."""
    case = trial.case
    padding = case.config["padding_idx"]
    if padding is None:
        return
    output, cotangents = own_answer(trial)
    learning = replace(case, config={**case.config, "padding_idx": None})
    without = named(trial, answer(trial, learning))
    if cotangents is not None:
        own = cotangents.params["weight"]
        if own is None:
            raise NotJudged("the table has no cotangent")
        trial.require(not own[padding].any(), "the padding's row has a cotangent", actual=own[padding])
        # Of the others alone there is something to compare.
        without = [(name, _emptied(leaf, padding) if "weight" in name else leaf) for name, leaf in without]
    compare(trial, without, named(trial, (output, cotangents)), "without padding_idx")


def _emptied(leaf: np.ndarray | None, row: int) -> np.ndarray | None:
    if leaf is None:
        return None
    kept = leaf.copy()
    kept[row] = 0
    return kept
