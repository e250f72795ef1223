"""Input and state of a recurrent cell as rows, whether or not they have a batch."""

import numpy as np

from ._kernel import Array


def checked_rows(x: Array, h: Array | None, input_size: int, hidden_size: int) -> tuple[Array, Array]:
    """View x as (N, input_size) and h as (N, hidden_size), zeros where it is None."""
    if x.ndim not in (1, 2):
        raise ValueError(f"x must have 1 or 2 dimensions, not {x.ndim}")
    if x.shape[-1] != input_size:
        raise ValueError(f"x has {x.shape[-1]} features, expected {input_size}")
    expected = (*x.shape[:-1], hidden_size)
    if h is not None and h.shape != expected:
        raise ValueError(f"h has shape {h.shape}, expected {expected}")
    rows = x if x.ndim == 2 else x[None]
    state = np.zeros((len(rows), hidden_size), x.dtype) if h is None else h.reshape(len(rows), hidden_size)
    return rows, state
