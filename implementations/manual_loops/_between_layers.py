"""Dropout between recurrent layers, by a given mask.

    x[layer + 1][t][n][i] = h[layer][t][n][i] * m / (1 - dropout)

m is 1 where mask[layer][t][n][i] holds, else 0; with dropout 1 it is 0 everywhere, and nothing is divided. The
cotangent of h is that of x, multiplied alike.
"""

from typing import Any

from ._arrays import Array
from ._recurrent import time_major


def layer_masks(
    mask: Array | None,
    shape: tuple[int, ...],
    num_layers: int,
    batch_first: bool,
    dropout: float,
    training: bool,
) -> list[Any]:
    """Return for each layer but the last what is kept of its output, whose shape is given, as lists [t][n][i].

    None in their place keeps everything as it is: in evaluation, without dropout.
    """
    if not training or dropout == 0 or num_layers == 1:
        if mask is not None:
            raise ValueError("a mask is given where nothing is dropped between layers")
        return [None] * (num_layers - 1)
    expected = (num_layers - 1, *shape)
    if mask is None:
        raise ValueError(f"no mask is given where layers drop outputs, expected shape {expected}")
    if mask.dtype.kind != "b" or mask.shape != expected:
        raise ValueError(f"mask has shape {mask.shape} and dtype {mask.dtype}, expected booleans {expected}")
    outer, inner, size = shape if len(shape) == 3 else (shape[0], 1, shape[1])
    steps, batch = (inner, outer) if batch_first else (outer, inner)
    return [time_major(mask[layer], steps, batch, size, batch_first) for layer in range(num_layers - 1)]


def passed_on(values: Any, kept: Any, dropout: float) -> Any:
    """Return lists [t][n][i], times what is kept, over 1 - dropout; `values` themselves where `kept` is None."""
    if kept is None:
        return values
    divisor = 1.0 - dropout if dropout < 1 else 1.0
    found = []
    for values_t, kept_t in zip(values, kept, strict=True):
        rows = []
        for row, kept_row in zip(values_t, kept_t, strict=True):
            m = [1.0 if keep and dropout < 1 else 0.0 for keep in kept_row]
            rows.append([row[i] * m[i] / divisor for i in range(len(row))])
        found.append(rows)
    return found
