"""Law: the state is all that a network remembers, and its cotangent all that it hears from the future."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._answers import answer, compare, named, own_answer
from ._recurrent import mask_of, parted, states_of, time_axis, tree
from ._samples import joined
from ._single import first_input


def split_sequence_carries_state(trial: Trial) -> None:
    """Splitting a sequence, with the state carried on and its cotangent carried back, changes nothing."""
    case = trial.case
    x, time = first_input(case), time_axis(case)
    if x.shape[time] == 1 or case.config["bidirectional"]:
        return
    half = [x.shape[time] // 2]
    early, late = (part.copy() for part in np.split(x, half, time))
    mask = mask_of(case)
    early_mask, late_mask = (
        (None, None) if mask is None else (part.copy() for part in np.split(mask, half, time + 1))
    )
    g, g_states = parted(case.cotangent)
    g_early, g_late = (part.copy() for part in np.split(g, half, time))
    first = case.with_inputs(early, *states_of(case), early_mask)
    begun, carried = parted(trial.run(first))
    second = replace(case, inputs=(late, *carried, late_mask), cotangent=tree(g_late, g_states))
    then, cotangents = answer(trial, second)
    ended, states = parted(then)
    whole = tree(np.concatenate([begun, ended], time), states)
    if cotangents is None:
        compare(trial, trial.named_output(whole), named(trial, own_answer(trial)), "in two parts")
        return
    from ..oracle import Cotangents

    # The first part is asked again, now that the cotangent of the state that it hands on is known.
    g_carried = [g for g in cotangents.inputs[1:] if g is not None]
    _, before = answer(trial, replace(first, cotangent=tree(g_early, g_carried)))
    assert before is not None
    pulled = Cotangents(
        {name: joined([before.params[name], cotangents.params[name]], None) for name in case.params},
        (joined([before.inputs[0], cotangents.inputs[0]], time), *before.inputs[1:]),
    )
    compare(trial, named(trial, (whole, pulled)), named(trial, own_answer(trial)), "in two parts", shares=3)
