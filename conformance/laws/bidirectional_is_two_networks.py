"""Law: what a bidirectional network is."""

import numpy as np

from ..trial import Trial
from ._recurrent import one_layer, run, time_axis, tree
from ._single import first_input


def bidirectional_is_two_networks(trial: Trial) -> None:
    """A bidirectional network is one forward, and one over the reversed sequence turned back, concatenated."""
    case = trial.case
    if not case.config["bidirectional"]:
        return
    x, time = first_input(case), time_axis(case)
    both = case
    if case.config["num_layers"] > 1:
        both = one_layer(case, {"_l0": "_l0", "_l0_reverse": "_l0_reverse"}, x, slice(0, 2))
    one_way = one_layer(case, {"_l0": "_l0"}, x, slice(0, 1), bidirectional=False)
    backwards = np.flip(x, time).copy()
    other_way = one_layer(case, {"_l0_reverse": "_l0"}, backwards, slice(1, 2), bidirectional=False)
    (there, there_states), (back, back_states) = run(trial, one_way), run(trial, other_way)
    states = [np.concatenate(pair, 0) for pair in zip(there_states, back_states, strict=True)]
    composed = tree(np.concatenate([there, np.flip(back, time)], -1), states)
    trial.agree_with_each_other(trial.run(both), composed, both, "both directions against one by one")
