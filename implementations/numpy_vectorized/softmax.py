"""Softmax along one dimension.

    y = exp(x - max x) / sum exp(x - max x)        dx = (g - sum g y) y

Shapes: x (*), y (*); a 0-d x has the one dimension 0.
Raises: ValueError if dim is None or out of range.
Source: torch.nn.Softmax.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array, *, dim: int | None) -> Array:
    if dim is None:
        raise ValueError("dim must be given")
    rows = np.atleast_1d(x)
    y: Array = rows - np.max(rows, axis=dim, keepdims=True, initial=-np.inf)
    np.exp(y, out=y)
    y /= np.sum(y, axis=dim, keepdims=True)
    return y.reshape(x.shape)


@ieee
def vjp(params: Params, x: Array, *, dim: int | None) -> tuple[Array, Pullback]:
    y = np.atleast_1d(forward(params, x, dim=dim))

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        g = np.atleast_1d(cotangent)
        dx = (g - np.sum(g * y, axis=dim, keepdims=True)) * y
        return {}, (dx.reshape(x.shape),)

    return y.reshape(x.shape).copy(), pullback
