"""Law: three projections packed into one weight are three projections."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._attention import between_projections


def packed_is_separate(trial: Trial) -> None:
    """Three weights that are the blocks of the packed one, and a feature of keys that is 0, change nothing."""
    case = trial.case
    if "in_proj_weight" not in case.params:
        return
    query, key, value, *masks = between_projections(case)
    params = dict(case.params)
    w_q, w_k, w_v = np.split(params.pop("in_proj_weight"), 3)
    ones, zeros = np.ones_like(w_k[:, :1]), np.zeros_like(key[..., :1])
    # The number of features of the keys is another one, so that there are three weights.
    params |= {"q_proj_weight": w_q, "k_proj_weight": np.concatenate([w_k, ones], -1), "v_proj_weight": w_v}
    apart = replace(
        case.with_config(kdim=key.shape[-1] + 1).with_inputs(
            query, np.concatenate([key, zeros], -1), value, *masks
        ),
        params=params,
    )
    trial.agree_with_each_other(trial.run(apart), trial.run(case), what="with separate projections")
