"""Dimensions start_dim to end_dim become one.

    y = x in row-major order under its new shape        dx = g in row-major order under x's shape

Shapes: x (*a, *b, *c), y (*a, prod(b), *c); a 0-d x becomes (1,).
Raises: ValueError if a dimension is out of range or start_dim comes after end_dim.
Source: torch.nn.Flatten.
"""

import math

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback


def forward(params: Params, x: Array, *, start_dim: int, end_dim: int) -> Array:
    shape = x.shape or (1,)
    start, end = (_position(dim, len(shape)) for dim in (start_dim, end_dim))
    if start > end:
        raise ValueError(f"start_dim {start_dim} comes after end_dim {end_dim}")
    merged = math.prod(shape[start : end + 1])
    return _copy(x, (*shape[:start], merged, *shape[end + 1 :]))


def vjp(params: Params, x: Array, *, start_dim: int, end_dim: int) -> tuple[Array, Pullback]:
    shape = x.shape

    def pullback(cotangent: Array) -> Cotangents:
        return {}, (_copy(cotangent, shape),)

    return forward(params, x, start_dim=start_dim, end_dim=end_dim), pullback


def _copy(x: Array, shape: tuple[int, ...]) -> Array:
    return np.array(x, order="C").reshape(shape)


def _position(dim: int, ndim: int) -> int:
    if not -ndim <= dim < ndim:
        raise ValueError(f"dimension {dim} is out of range for {ndim} dimensions")
    return dim % ndim
