"""Law: a convolution with a kernel of one cell is a dense layer over the channels."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of


def one_by_one_is_dense(trial: Trial) -> None:
    """A 1 x 1 convolution is the dense layer of its channels, at every cell."""
    case, x = trial.case, first_input(trial.case)
    if not case.exact or case.config["groups"] > 1:
        return
    weight = case.params["weight"][..., :1, :1]
    single = case.with_config(kernel_size=1, stride=1, padding=0, dilation=1).with_inputs(x)
    single = replace(single, params={**case.params, "weight": weight.copy()})
    dense = np.einsum("oc,...chw->...ohw", weight[..., 0, 0].astype(np.float64), x)
    if "bias" in case.params:
        dense += case.params["bias"][:, None, None]
    trial.agree_with_each_other(output_of(trial, single), dense, single, "1 x 1 cells against a dense layer")
