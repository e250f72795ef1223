"""Law: weights sum to one."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._attention import attended
from ._single import output_of


def equal_values_come_out(trial: Trial) -> None:
    """Where all values are one vector, this vector comes out for every query."""
    case = trial.case
    query, key, value, mask = attended(case)
    if value.shape[-2] == 0:
        return
    one = value[..., :1, :]
    equal = case.with_inputs(query, key, np.broadcast_to(one, value.shape).copy(), mask)
    y = output_of(trial, equal)
    if case.config["enable_gqa"]:
        one = np.repeat(one, query.shape[-3] // value.shape[-3], axis=-3)
    oracle = trial.oracle_of(equal)
    trial.agree(
        trial.named_output(y),
        [("", np.broadcast_to(one, y.shape).astype(np.float64))],
        lambda careful: spread_leaves(oracle, careful),
    )
