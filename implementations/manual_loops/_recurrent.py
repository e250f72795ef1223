"""What recurrent networks share: the walk through time, the names of parameters, the layout of sequences."""

import math
from typing import Any

from ._arrays import Array, to_lists


def walk(steps: int, direction: int) -> list[int]:
    """Return the time steps in the order in which a direction takes them: 0 forwards, 1 in reverse."""
    return list(range(steps)) if direction == 0 else list(reversed(range(steps)))


def suffix(layer: int, direction: int) -> str:
    """Return the end of the names of a cell's parameters: _l0, _l0_reverse, _l1, ..."""
    return f"_l{layer}" + ("_reverse" if direction == 1 else "")


def swapped(lists: Any, outer: int, inner: int) -> Any:
    """Return lists with their first two indices exchanged; outer and inner are their sizes afterwards."""
    return [[lists[j][i] for j in range(inner)] for i in range(outer)]


def time_major(array: Array, steps: int, batch: int, size: int, batch_first: bool) -> Any:
    """Return a sequence as lists [t][n][i]."""
    if batch_first:
        return swapped(to_lists(array, (batch, steps, size)), steps, batch)
    return to_lists(array, (steps, batch, size))


def steps_and_batch(shape: tuple[int, ...], input_size: int, batch_first: bool) -> tuple[int, int]:
    """Return the number of time steps and the batch size, 1 for no batch; ValueError for another x."""
    if len(shape) not in (2, 3) or shape[-1] != input_size:
        raise ValueError(f"x must have 2 or 3 dimensions and end in {input_size}, got shape {shape}")
    steps, batch = (shape[1], shape[0]) if batch_first else (shape[0], math.prod(shape[1:-1]))
    if steps < 1:
        raise ValueError(f"x must have a time step, got shape {shape}")
    return steps, batch


def check_network(input_size: int, hidden_size: int, num_layers: int, dropout: float) -> None:
    """Raise ValueError for options that no network has."""
    if min(input_size, hidden_size, num_layers) < 1:
        raise ValueError(f"sizes must be positive, got {input_size}, {hidden_size} and {num_layers} layers")
    if not 0 <= dropout <= 1:
        raise ValueError(f"dropout must be within 0 and 1, got {dropout}")
