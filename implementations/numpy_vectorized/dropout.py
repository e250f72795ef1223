"""Dropout by a given mask, elementwise.

    y = x s        dx = g s        s = mask / (1 - p) in training, 0 if p = 1, else 1

inf * 0 is nan, as in PyTorch.

Shapes: x (*), mask (*) of booleans, y (*).
Source: torch.nn.Dropout.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


def _scale(x: Array, mask: Array | None, p: float, training: bool) -> Array:
    """The factor of every element; a single 1 where nothing is dropped."""
    if not 0 <= p <= 1:
        raise ValueError(f"p must be within 0..1, got {p}")
    if not training:
        if mask is not None:
            raise ValueError("mask must be None in evaluation")
        return np.ones((), dtype=x.dtype)
    if mask is None:
        if p > 0:
            raise ValueError(f"mask must be given in training with p = {p}")
        return np.ones((), dtype=x.dtype)
    if mask.dtype != bool or mask.shape != x.shape:
        raise ValueError(f"mask must be booleans of shape {x.shape}, got {mask.dtype} {mask.shape}")
    return np.asarray(mask * x.dtype.type(1 / (1 - p) if p < 1 else 0))


@ieee
def forward(params: Params, x: Array, mask: Array | None, *, p: float, training: bool) -> Array:
    return np.asarray(x * _scale(x, mask, p, training))


@ieee
def vjp(params: Params, x: Array, mask: Array | None, *, p: float, training: bool) -> tuple[Array, Pullback]:
    scale = _scale(x, mask, p, training)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (np.asarray(cotangent * scale), None)

    return np.asarray(x * scale), pullback
