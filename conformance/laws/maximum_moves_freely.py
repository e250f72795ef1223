"""Law: a maximum has no place inside its window."""

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of
from ._windows import grown, pair


def maximum_moves_freely(trial: Trial) -> None:
    """A maximum that moves inside its window changes nothing."""
    kernel = pair(trial.case.config["kernel_size"])
    # Disjoint windows that fill the plane; each is turned by half a turn.
    x = grown(first_input(trial.case), kernel)
    rows, columns = (size - size % k for size, k in zip(x.shape[-2:], kernel, strict=True))
    full = x[..., :rows, :columns].copy()
    windows = full.reshape(*x.shape[:-2], rows // kernel[0], kernel[0], columns // kernel[1], kernel[1])
    turned = windows[..., ::-1, :, ::-1].reshape(full.shape).copy()
    case = trial.case.with_config(
        stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False
    ).with_inputs(full)
    before, after = output_of(trial, case), output_of(trial, case.with_inputs(turned))
    trial.require(
        np.array_equal(before, after),
        "the maxima change where the cells of each window change places",
        expected=before,
        actual=after,
    )
