"""Choice between a value and zero."""

import numpy as np

from ._kernel import Array


def keep_where(condition: Array, values: Array, out: Array | None = None) -> Array:
    """`values` where `condition` holds, else 0; in `out`, or a new array.

    The bit patterns are multiplied by 0 or 1 as integers: a product of floats would make inf * 0 = nan,
    and `numpy.where` takes ten times as long when the condition is random.
    """
    bits = np.dtype(f"i{values.dtype.itemsize}")
    kept: Array = np.multiply(values.view(bits), condition, out=None if out is None else out.view(bits))
    return kept.view(values.dtype)
