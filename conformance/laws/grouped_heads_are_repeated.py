"""Law: what groups of heads are."""

import numpy as np

from ..trial import Trial
from ._attention import attended
from ._single import output_of


def grouped_heads_are_repeated(trial: Trial) -> None:
    """Grouped heads are those of keys and values of which each is repeated as often as it is shared."""
    case = trial.case
    query, key, value, mask = attended(case)
    if not case.config["enable_gqa"]:
        return
    repeated = (np.repeat(x, query.shape[-3] // x.shape[-3], axis=-3) for x in (key, value))
    alone = case.with_config(enable_gqa=False).with_inputs(query, *repeated, mask)
    trial.agree_with_each_other(trial.run(alone), output_of(trial), what="with repeated heads")
