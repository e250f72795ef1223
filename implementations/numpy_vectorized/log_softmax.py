"""Logarithm of the softmax along one dimension.

    y = (x - max x) - log sum exp(x - max x)        dx = g - exp(y) sum g

Shapes: x (*), y (*); a 0-d x has the one dimension 0.
Raises: ValueError if dim is None or out of range.
Source: torch.nn.LogSoftmax.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._reduction import dim_first


@ieee
def forward(params: Params, x: Array, *, dim: int | None) -> Array:
    return _rows(x, dim)[1]


@ieee
def vjp(params: Params, x: Array, *, dim: int | None) -> tuple[Array, Pullback]:
    rows, y = _rows(x, dim)
    softmax = np.exp(rows)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        assert dim is not None
        g = dim_first(cotangent, dim)
        dx = g - softmax * np.sum(g, axis=0)
        return {}, (dx.swapaxes(0, dim).reshape(x.shape),)

    return y, pullback


def _rows(x: Array, dim: int | None) -> tuple[Array, Array]:
    """The output, with `dim` exchanged for the first dimension and as x is."""
    if dim is None:
        raise ValueError("dim must be given")
    rows = dim_first(x, dim)
    y: Array = rows - np.max(rows, axis=0, initial=-np.inf)
    y -= np.log(np.sum(np.exp(y), axis=0))
    return y, y.swapaxes(0, dim).reshape(x.shape)
