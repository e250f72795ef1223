"""The data that models are trained on: scikit-learn's handwritten digits."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import UsageError
from .tree import Array

HELD_BACK = 360
"""Images that no training sees: a fifth of the 1,797."""


@dataclass(frozen=True, kw_only=True)
class Digits:
    """Images (N, 1, 8, 8) in float32, scaled to 0..1, and their classes (N,): for training, and held back."""

    x: Array
    target: Array
    held_x: Array
    held_target: Array


def digits(seed: int = 0) -> Digits:
    """The digits in an order that `seed` decides; raises UsageError where scikit-learn is missing."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise UsageError("the digits come with scikit-learn: pip install torchstone[digits]") from None
    found: Any = load_digits()
    order = np.random.default_rng(seed).permutation(len(found.target))
    x = (found.images[order, None] / 16).astype(np.float32)
    target = found.target[order].astype(np.int64)
    return Digits(
        x=x[HELD_BACK:], target=target[HELD_BACK:], held_x=x[:HELD_BACK], held_target=target[:HELD_BACK]
    )
