"""Law: weights depend on differences of scores alone."""

import numpy as np

from ..trial import Trial
from ._attention import attended
from ._single import output_of


def mask_shift_changes_nothing(trial: Trial) -> None:
    """A number added to a floating mask, another one for each query, changes nothing."""
    case = trial.case
    query, key, value, mask = attended(case)
    # Only short numbers can be shifted without an error.
    if mask is None or mask.dtype.kind != "f" or case.regime != "exact" or mask.size == 0:
        return
    # Far enough for the exponentials of shifted scores to overflow, and to vanish, in either dtype.
    shift = 1024 * (np.arange(mask.shape[-2]) % 8 - 3).reshape(-1, 1)
    shifted = case.with_inputs(query, key, value, np.asarray(mask + shift, dtype=mask.dtype))
    trial.agree_with_each_other(trial.run(shifted), output_of(trial), shifted, "with a shifted mask")
