"""Sequences and states of a recurrent layer in the one layout that it computes in: (T, N, F) and (D L, N, H)."""

import numpy as np

from ._kernel import Array


def time_first(x: Array, batch_first: bool) -> Array:
    """View x (T, N, F), (N, T, F) with batch_first, or (T, F), as (T, N, F)."""
    if x.ndim == 2:
        return x[:, None]
    return x.swapaxes(0, 1) if batch_first else x


def arranged(steps: Array, x: Array, batch_first: bool) -> Array:
    """View (T, N, F) in the layout of x: the inverse of `time_first`."""
    if x.ndim == 2:
        return steps[:, 0]
    return steps.swapaxes(0, 1) if batch_first else steps


def checked_inputs(
    x: Array, h_0: Array | None, features: int, states: int, hidden_size: int, batch_first: bool
) -> tuple[Array, Array]:
    """View x as (T, N, features) and h_0 as (states, N, hidden_size), zeros where it is None."""
    if x.ndim not in (2, 3):
        raise ValueError(f"x must have 2 or 3 dimensions, not {x.ndim}")
    if x.shape[-1] != features:
        raise ValueError(f"x has {x.shape[-1]} features, expected {features}")
    steps = time_first(x, batch_first)
    if len(steps) == 0:
        raise ValueError("x has no time step")
    shape = (states, steps.shape[1], hidden_size)
    if h_0 is None:
        return steps, np.zeros(shape, x.dtype)
    expected = shape if x.ndim == 3 else (states, hidden_size)
    if h_0.shape != expected:
        raise ValueError(f"h_0 has shape {h_0.shape}, expected {expected}")
    return steps, h_0.reshape(shape)


def check_options(
    input_size: int, hidden_size: int, num_layers: int, nonlinearity: str, dropout: float
) -> None:
    """Refuse what no recurrent layer takes."""
    if min(input_size, hidden_size, num_layers) < 1:
        raise ValueError("input_size, hidden_size and num_layers must be positive")
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', not {nonlinearity!r}")
    if not 0 <= dropout <= 1:
        raise ValueError(f"dropout must be a probability, not {dropout}")
