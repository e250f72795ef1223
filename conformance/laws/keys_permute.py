"""Law: keys have no order."""

from ..trial import Trial
from ._attention import attended
from ._symmetry import Symmetry, check_symmetry, shuffled


def keys_permute(trial: Trial) -> None:
    """Reordering the keys, with their values and places in the mask, reorders their cotangents alone."""
    _, key, _, mask = attended(trial.case)
    count = key.shape[-2]
    if count < 2 or trial.case.config["is_causal"]:
        return
    order = shuffled(count)
    columns = {} if mask is None or mask.shape[-1] == 1 else {-1: order}
    symmetry = Symmetry(inputs=({}, {-2: order}, {-2: order}, columns), outputs=({},))
    check_symmetry(trial, symmetry, "keys reordered")
