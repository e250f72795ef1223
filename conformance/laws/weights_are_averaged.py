"""Law: which weights are shown."""

import numpy as np

from ..trial import Trial, spread_leaves


def weights_are_averaged(trial: Trial) -> None:
    """The averaged weights are the mean of those of each head."""
    if not trial.case.config["need_weights"]:
        return
    each, mean = (trial.case.with_config(average_attn_weights=average) for average in (False, True))
    (_, of_heads), (_, averaged) = (trial.run(case) for case in (each, mean))  # type: ignore[misc]
    assert isinstance(of_heads, np.ndarray) and isinstance(averaged, np.ndarray)
    oracle = trial.oracle_of(mean)
    trial.agree(
        [("the averaged weights", averaged)],
        [("", of_heads.astype(np.float64).mean(-3))],
        lambda careful: spread_leaves(oracle, careful)[1:],
        shares=2,
    )
