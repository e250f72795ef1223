"""What a mean of losses divides by."""

import numpy as np

from ..case import Case


def mean_divisor(case: Case, losses: int) -> float:
    """The number of losses; of class indices, the sum of the weights of those that are not ignored."""
    target = case.inputs[1]
    assert target is not None
    if target.dtype.kind == "f":
        return losses
    counted = target[target != case.config["ignore_index"]]
    weight = case.params.get("weight")
    return counted.size if weight is None else float(weight.astype(np.float64)[counted].sum())
