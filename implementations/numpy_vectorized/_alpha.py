"""The number by which an operand is multiplied."""

from typing import Any

import numpy as np


def factor(alpha: int | float, dtype: np.dtype[Any]) -> Any:
    """Alpha as a scalar of the operands' dtype."""
    if isinstance(alpha, bool):
        raise ValueError("alpha must be a number, not a boolean")
    return dtype.type(alpha)
