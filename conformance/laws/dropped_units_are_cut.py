"""Law: what dropout between layers does, without dropout."""

from dataclasses import replace

import numpy as np

from ..tree import Array
from ..trial import Trial
from ._recurrent import mask_of, split_name, states_of
from ._single import first_input


def dropped_units_are_cut(trial: Trial) -> None:
    """Units dropped in all steps by half a chance are units whose weights above are zero, all others doubled."""
    case, x = trial.case, first_input(trial.case)
    mask = mask_of(case)
    if mask is None or not mask.size:
        return
    # The units that the mask drops in one place, dropped everywhere; doubling is exact.
    kept = mask.reshape(len(mask), -1, mask.shape[-1])[:, 0]
    everywhere = np.broadcast_to(np.expand_dims(kept, tuple(range(1, mask.ndim - 1))), mask.shape).copy()
    dropping = case.with_config(dropout=0.5).with_inputs(x, *states_of(case), everywhere)
    cut = case.with_config(dropout=0.0).with_inputs(x, *states_of(case), None)
    params = {name: _cut(name, array, kept) for name, array in case.params.items()}
    outputs = trial.run(dropping), trial.run(replace(cut, params=params))
    trial.agree_with_each_other(*outputs, dropping, "units dropped against weights cut")


def _cut(name: str, array: Array, kept: Array) -> Array:
    kind, suffix = split_name(name)
    layer = int(suffix.removeprefix("_l").removesuffix("_reverse"))
    return np.asarray(array * kept[layer - 1] * 2, array.dtype) if kind == "weight_ih" and layer else array
