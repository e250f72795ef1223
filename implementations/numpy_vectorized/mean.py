"""Average over some dimensions or all of them.

    y = sum x / n        d_x = g / n, repeated over the dimensions averaged

where n is the number of elements averaged.

Shapes: x (*), y (*) without the dimensions averaged or, with keepdim, 1 in their place.
Raises: ValueError if a dimension is out of range (a 0-d x has the dimension 0) or given twice, or x not floating.
Source: torch.mean.
"""

import math

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee

Dim = int | tuple[int, ...] | None


@ieee
def forward(params: Params, x: Array, *, dim: Dim, keepdim: bool) -> Array:
    if x.dtype.kind != "f":
        raise ValueError(f"only floating numbers are averaged, not {x.dtype}")
    axes = _axes(dim, x.ndim)
    total: Array = np.sum(x, axis=axes, keepdims=keepdim)
    return np.asarray(total / x.dtype.type(_count(x, axes)))


@ieee
def vjp(params: Params, x: Array, *, dim: Dim, keepdim: bool) -> tuple[Array, Pullback]:
    axes, shape = _axes(dim, x.ndim), x.shape
    count = x.dtype.type(_count(x, axes))

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        share = np.asarray(cotangent / count)
        if not keepdim:
            share = np.expand_dims(share, axes)
        return {}, (np.broadcast_to(share, shape).copy(),)

    return forward(params, x, dim=dim, keepdim=keepdim), pullback


def _count(x: Array, axes: tuple[int, ...]) -> int:
    return math.prod(x.shape[axis] for axis in axes)


def _axes(dim: Dim, ndim: int) -> tuple[int, ...]:
    """The dimensions averaged, counted from the front."""
    dims = (dim,) if isinstance(dim, int) else dim
    if not dims:
        return tuple(range(ndim))
    present = max(ndim, 1)
    if any(not -present <= axis < present for axis in dims):
        raise ValueError(f"dim {dim} is out of range for {ndim} dimensions")
    axes = tuple(axis % present for axis in dims)
    if len(set(axes)) < len(axes):
        raise ValueError(f"dim {dim} has a dimension twice")
    return axes if ndim else ()
