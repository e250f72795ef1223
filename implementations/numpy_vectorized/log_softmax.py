"""Logarithm of the softmax along one dimension.

    y = (x - max x) - log sum exp(x - max x)        dx = g - exp(y) sum g

Shapes: x (*), y (*); a 0-d x has the one dimension 0.
Raises: ValueError if dim is None or out of range.
Source: torch.nn.LogSoftmax.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array, *, dim: int | None) -> Array:
    if dim is None:
        raise ValueError("dim must be given")
    rows = np.atleast_1d(x)
    y: Array = rows - np.max(rows, axis=dim, keepdims=True, initial=-np.inf)
    y -= np.log(np.sum(np.exp(y), axis=dim, keepdims=True))
    return y.reshape(x.shape)


@ieee
def vjp(params: Params, x: Array, *, dim: int | None) -> tuple[Array, Pullback]:
    y = forward(params, x, dim=dim)
    softmax = np.exp(np.atleast_1d(y))

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        g = np.atleast_1d(cotangent)
        dx = g - softmax * np.sum(g, axis=dim, keepdims=True)
        return {}, (dx.reshape(x.shape),)

    return y, pullback
