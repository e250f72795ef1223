"""Law: nothing comes of nothing."""

import numpy as np

from ..tree import map_leaves
from ..trial import Trial, arrays_of
from ._answers import flat, own_answer, pulled_back


def zero_pulls_back_to_zero(trial: Trial) -> None:
    """The pullback of zeros is zero."""
    output, _ = own_answer(trial)
    # The mean of nothing is NaN, and so is 0 * NaN.
    if not all(np.isfinite(leaf).all() for leaf in arrays_of(output)):
        return
    (found,) = pulled_back(trial, [map_leaves(np.zeros_like, trial.case.cotangent)])
    names = [name for name, _ in trial.named_cotangents(found)]
    for name, leaf in zip(names, flat(found), strict=True):
        if leaf is not None and leaf.size:
            largest = float(np.abs(leaf).max())
            trial.require(
                largest == 0,
                f"{name} is {largest:.9g} at its largest for a cotangent of zeros",
                kind="zero",
                expected=0,
                actual=leaf,
            )
