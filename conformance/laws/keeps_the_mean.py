"""Law: averaging conserves."""

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of
from ._windows import grown, pair


def keeps_the_mean(trial: Trial) -> None:
    """Means over disjoint windows that fill the plane have the mean of the plane."""
    case = trial.case
    # Of integers, windows of a power of two have exact means.
    if case.regime != "exact":
        return
    rows, columns = (1 << (size.bit_length() - 1) for size in pair(case.config["kernel_size"]))
    kernel = rows, columns
    x = grown(first_input(case), kernel)
    full = x[..., : x.shape[-2] // rows * rows, : x.shape[-1] // columns * columns].copy()
    options = {
        "kernel_size": kernel,
        "stride": None,
        "padding": 0,
        "ceil_mode": False,
        "divisor_override": None,
    }
    means = output_of(trial, case.with_config(**options).with_inputs(full))
    before = full.astype(np.float64).sum((-2, -1))
    after = means.astype(np.float64).sum((-2, -1)) * rows * columns
    trial.require(
        np.array_equal(before, after),
        "the means over windows, times the cells of a window, do not sum to what the plane does",
        expected=before,
        actual=after,
    )
