"""Law: what groups are."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._single import output_of


def groups_are_block_diagonal(trial: Trial) -> None:
    """A convolution in groups is one whose weight is zero between channels of different groups."""
    case = trial.case
    groups, weight = case.config["groups"], case.params["weight"]
    if groups == 1:
        return
    out_group, in_group = weight.shape[0] // groups, weight.shape[1]
    whole = np.zeros((weight.shape[0], groups * in_group, *weight.shape[2:]), weight.dtype)
    for g in range(groups):
        rows = slice(g * out_group, (g + 1) * out_group)
        whole[rows, g * in_group : (g + 1) * in_group] = weight[rows]
    one_group = replace(case.with_config(groups=1), params={**case.params, "weight": whole})
    trial.agree_with_each_other(trial.run(one_group), output_of(trial), what="one group with zeros")
