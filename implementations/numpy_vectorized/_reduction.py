"""What a loss does with its losses."""

import numpy as np

from ._kernel import Array


def reduce(losses: Array, reduction: str, weight: Array | int) -> Array:
    """The losses, their sum, or their mean: the sum over `weight`."""
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction must be 'none', 'mean' or 'sum', not {reduction!r}")
    total: Array = np.sum(losses)
    return total / weight if reduction == "mean" else total
