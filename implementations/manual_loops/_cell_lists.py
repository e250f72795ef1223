"""What recurrent cells share: their input and state as lists of rows."""

from typing import Any

from ._arrays import Array, to_lists, zeros


def batch_of(shape: tuple[int, ...], input_size: int) -> int:
    """Return the batch size of x, 1 for no batch; ValueError for another x."""
    if len(shape) not in (1, 2) or shape[-1] != input_size:
        raise ValueError(f"x must have 1 or 2 dimensions and end in {input_size}, got shape {shape}")
    return shape[0] if len(shape) == 2 else 1


def state_rows(h: Array | None, shape: tuple[int, ...], batch: int) -> Any:
    """Return the state as lists [n][k], zeros for None; ValueError if it does not have `shape`."""
    if h is None:
        return zeros(batch, shape[-1])
    if h.shape != shape:
        raise ValueError(f"h must have shape {shape}, got {h.shape}")
    return to_lists(h, (batch, shape[-1]))
