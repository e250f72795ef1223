"""Law: classes have no order."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._single import first_input
from ._symmetry import Symmetry, check_symmetry, shuffled


def classes_permute(trial: Trial) -> None:
    """Renumbering the classes, in scores, weights and targets alike, reorders the scores' cotangents alone."""
    case = trial.case
    x, target = first_input(case), case.inputs[1]
    assert target is not None
    axis = 0 if x.ndim == 1 else 1
    count = x.shape[axis]
    if count < 2:
        return
    order = shuffled(count)
    probabilities = target.dtype.kind == "f"
    symmetry = Symmetry(
        params={name: {0: order} for name in case.params},
        inputs=({axis: order}, {axis: order} if probabilities else {}),
        outputs=({},),
    )
    reordered = symmetry.of(case)
    if not probabilities:
        numbers = np.argsort(order)
        ignored = case.config["ignore_index"]
        real = (target >= 0) & (target < count)
        renumbered = np.where(real, numbers[np.where(real, target, 0)], target)
        config = dict(case.config)
        if 0 <= ignored < count:
            config["ignore_index"] = int(numbers[ignored])
        reordered = replace(reordered, config=config, inputs=(reordered.inputs[0], renumbered))
    check_symmetry(trial, symmetry, "classes renumbered", reordered)
