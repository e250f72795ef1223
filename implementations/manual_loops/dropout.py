"""A mask drops elements, and the others are scaled up.

    training:      y = x * m / (1 - p)        dx = g * m / (1 - p)
    evaluation:    y = x                      dx = g

m is 1 where the mask holds, else 0; for p = 1 it is 0 everywhere, and nothing is divided. x, mask and y of one
shape, elementwise.

Source: torch.nn.Dropout.
"""

from typing import Any

from ._arrays import Array, Params, Pullback, to_array, to_lists, zeros


def forward(params: Params, x: Array, mask: Array | None, *, p: float, training: bool) -> Array:
    """Return y."""
    return vjp(params, x, mask, p=p, training=training)[0]


def factors(x: Array, mask: Array | None, p: float, training: bool) -> Any:
    """Return m of every element, and what it is divided by."""
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p}, expected a probability from 0 to 1")
    if not training and mask is not None:
        raise ValueError("a mask is given in evaluation, where nothing is dropped")
    if mask is None:
        if training and p > 0:
            raise ValueError(f"no mask is given in training, where p is {p}")
        return [1.0] * x.size, 1.0
    if mask.dtype.kind != "b":
        raise ValueError(f"mask has the dtype {mask.dtype}, expected booleans")
    if mask.shape != x.shape:
        raise ValueError(f"mask has shape {mask.shape}, expected {x.shape}")
    if p == 1:
        return [0.0] * x.size, 1.0
    return [1.0 if kept else 0.0 for kept in to_lists(mask, (x.size,))], 1.0 - p


def vjp(params: Params, x: Array, mask: Array | None, *, p: float, training: bool) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    m, divisor = factors(x, mask, p, training)
    shape, dtype, size = x.shape, x.dtype, x.size
    x = to_lists(x, (size,))

    y = zeros(size)
    for i in range(size):
        y[i] = x[i] * m[i] / divisor

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array, None]]:
        g = to_lists(cotangent, (size,))
        dx = zeros(size)
        for i in range(size):
            dx[i] = g[i] * m[i] / divisor
        return {}, (to_array(dx, shape, dtype), None)

    return to_array(y, shape, dtype), pullback
