"""What attentions draw: queries, keys, values and masks that leave gradients to be judged."""

import numpy as np

from ..drawing import Draw, Reach
from ..tree import Array

QUERIES = Reach(
    rows=((1.0, 0.0), (4.0, 0.0), (0.1, 0.0), (8.0, 0.0), (1e-4, 0.0), (1.0, 4.0), (0.0, 7.3)),
    whole=((4.0, 0.0), (1e-4, 0.0), (1.0, 8.0)),
)
"""Scores from nearly equal to far apart. Where one key has all the weight no gradient is left to be judged."""

KEYS = Reach(rows=((1.0, 0.0), (2.0, 0.0), (0.1, 0.0), (1.0, 4.0)), whole=((1.0, 0.0), (1.0, 8.0)))
"""Keys that differ in length, and such as have much in common, which changes no weight."""

VALUES = Reach(
    rows=(*((factor, 0.0) for factor in (1.0, 10.0, 0.1, 100.0, 1e-2)), (1.0, 10.0)),
    whole=((1.0, 30.0), (1e30, 0.0), (1e-30, 0.0)),
)
"""Values whose differences, of which the gradient of the scores is made, keep their digits."""

MASKS = Reach(
    rows=((1.0, 0.0), (4.0, 0.0), (0.1, 0.0), (1e-4, 0.0), (1.0, 100.0), (1.0, -1e3), (0.0, 7.3)),
    whole=((1.0, 1e4), (1.0, -1e4), (0.1, 1e3), (2.0, -1e3)),
)
"""What is added to scores: mostly offsets, which change no weight and overflow where nothing is subtracted."""


def seeing(draw: Draw, shape: tuple[int, ...]) -> Array:
    """A boolean mask, True in two places of three, and somewhere in every row: no query is without a key."""
    mask = draw.classes(shape, 3) > 0
    if shape[-1]:
        rows = mask.reshape(-1, shape[-1])
        spared = np.flatnonzero(~rows.any(axis=-1))
        rows[spared, spared % shape[-1]] = True
        mask = rows.reshape(shape)
    return mask
