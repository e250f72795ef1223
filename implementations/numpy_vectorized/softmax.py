"""Softmax along one dimension.

    y = exp(x - max x) / sum exp(x - max x)        dx = (g - sum g y) y

Shapes: x (*), y (*); a 0-d x has the one dimension 0.
Raises: ValueError if dim is None or out of range.
Source: torch.nn.Softmax.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._reduction import dim_first


@ieee
def forward(params: Params, x: Array, *, dim: int | None) -> Array:
    if dim is None:
        raise ValueError("dim must be given")
    rows = dim_first(x, dim)
    y: Array = rows - np.max(rows, axis=0, initial=-np.inf)
    np.exp(y, out=y)
    y /= np.sum(y, axis=0)
    return y.swapaxes(0, dim).reshape(x.shape)


@ieee
def vjp(params: Params, x: Array, *, dim: int | None) -> tuple[Array, Pullback]:
    y = forward(params, x, dim=dim)
    kept = y.copy()

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        assert dim is not None
        g, p = dim_first(cotangent, dim), dim_first(kept, dim)
        dx = (g - np.sum(g * p, axis=0)) * p
        return {}, (dx.swapaxes(0, dim).reshape(x.shape),)

    return y, pullback
