"""Law: a convolution with a kernel of one cell is a dense layer over the channels."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of


def one_by_one_is_dense(trial: Trial) -> None:
    """A 1 x 1 convolution is the dense layer of its channels, at every cell."""
    case = trial.case
    if not case.exact:
        return
    weight = case.params["weight"][..., :1, :1].copy()
    channels = weight.shape[1]
    x = first_input(case)[..., :channels, :, :].copy()
    plain = {"in_channels": channels, "kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1, "groups": 1}
    single = replace(case.with_config(**plain).with_inputs(x), params={**case.params, "weight": weight})
    dense = np.einsum("oc,...chw->...ohw", weight[..., 0, 0].astype(np.float64), x)
    if "bias" in case.params:
        dense += case.params["bias"][:, None, None]
    trial.agree_with_each_other(output_of(trial, single), dense, single, "1 x 1 cells against a dense layer")
