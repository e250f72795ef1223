"""Dropout between recurrent layers, by a given mask.

    what layer k + 1 reads = the outputs of layer k * scale[k]        scale = mask / (1 - p), or 0 if p = 1

inf * 0 is nan, as in PyTorch.
"""

import numpy as np

from ._kernel import Array
from ._sequence import time_first


def layer_scales(
    mask: Array | None,
    x: Array,
    num_layers: int,
    features: int,
    batch_first: bool,
    dropout: float,
    training: bool,
) -> list[Array]:
    """The factors (T, N, features) of the outputs of each layer but the last; none where nothing is dropped."""
    if not training or dropout == 0 or num_layers == 1:
        if mask is not None:
            raise ValueError("mask must be None where nothing is dropped between layers")
        return []
    shape = (num_layers - 1, *x.shape[:-1], features)
    if mask is None or mask.dtype != bool or mask.shape != shape:
        found = "none" if mask is None else f"{mask.dtype} {mask.shape}"
        raise ValueError(f"mask must be booleans of shape {shape}, got {found}")
    scale = x.dtype.type(1 / (1 - dropout) if dropout < 1 else 0)
    return [np.asarray(time_first(kept, batch_first) * scale) for kept in mask]
