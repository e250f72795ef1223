"""Law: what a mask drops its complement keeps."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._single import output_of


def dropped_and_kept_are_all(trial: Trial) -> None:
    """y(x, mask) + y(x, not mask) is y(x, all): each element is in one of the two, and equal there."""
    case = trial.case
    x, mask = case.inputs
    if mask is None:
        return
    parts = [
        output_of(trial, replace(case, inputs=(x, other))) for other in (mask, ~mask, np.ones_like(mask))
    ]
    kept, dropped, everything = parts
    together = kept + dropped
    trial.require(
        np.array_equal(together, everything),
        "y(x, mask) + y(x, not mask) is not y(x, all)",
        expected=everything,
        actual=together,
    )
