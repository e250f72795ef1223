"""Law: what True in a key_padding_mask means."""

import numpy as np

from ..trial import Trial
from ._attention import between_projections, position_axis
from ._independence import at


def padding_does_not_matter(trial: Trial) -> None:
    """What a key holds that is padding, and its value, changes nothing."""
    case, axis = trial.case, position_axis(trial.case)
    query, key, value, _, mask = between_projections(case)
    count = key.shape[axis]
    if count < 2 or not key.size:
        return
    batch = key.shape[1 - axis : 2 - axis] if key.ndim == 3 else ()
    padding = np.zeros((*batch, count), np.bool_)
    padding[..., -1] = True
    # A boolean mask might leave a query without a key.
    mask = mask if mask is not None and mask.dtype.kind == "f" and not case.config["is_causal"] else None
    last = at(axis, -1)
    other_key, other_value = key.copy(), value.copy()
    other_key[last], other_value[last] = 1 - key[last], 2 - value[last]
    plain = case.with_config(is_causal=False)
    padded = plain.with_inputs(query, key, value, padding, mask)
    changed = plain.with_inputs(query, other_key, other_value, padding, mask)
    trial.agree_with_each_other(
        trial.run(padded), trial.run(changed), padded, "with another key in the padding"
    )
