"""Law: what False in a mask means."""

import numpy as np

from ..trial import Trial
from ._attention import attended
from ._single import output_of


def masked_keys_do_not_matter(trial: Trial) -> None:
    """Leaving out a key that no query may see, with its value, changes nothing."""
    case = trial.case
    query, key, value, mask = attended(case)
    count = key.shape[-2]
    if count < 2 or case.config["is_causal"] or (mask is not None and mask.dtype.kind == "f"):
        return
    seen = np.ones((1, count), np.bool_) if mask is None else mask
    seen = np.broadcast_to(seen, (*seen.shape[:-1], count)).copy()
    # The first key remains for those who saw the last one only.
    seen[..., 0], seen[..., -1] = True, False
    whole = case.with_inputs(query, key, value, seen)
    fewer = case.with_inputs(query, key[..., :-1, :].copy(), value[..., :-1, :].copy(), seen[..., :-1].copy())
    trial.agree_with_each_other(trial.run(whole), output_of(trial, fewer), fewer, "with a masked key")
