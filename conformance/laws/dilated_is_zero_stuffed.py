"""Law: what dilation is."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._single import output_of
from ._windows import pair, span


def dilated_is_zero_stuffed(trial: Trial) -> None:
    """A dilated kernel is a larger one with zeros between its cells."""
    case = trial.case
    dilation, kernel = pair(case.config["dilation"]), pair(case.config["kernel_size"])
    spans = tuple(span(k, d) for k, d in zip(kernel, dilation, strict=True))
    if spans == kernel:
        return
    weight = case.params["weight"]
    stuffed = np.zeros((*weight.shape[:2], *spans), weight.dtype)
    stuffed[..., :: dilation[0], :: dilation[1]] = weight
    larger = case.with_config(kernel_size=spans, dilation=1)
    larger = replace(larger, params={**case.params, "weight": stuffed})
    trial.agree_with_each_other(trial.run(larger), output_of(trial), what="the kernel stuffed with zeros")
