"""Standardisation of the last dimensions.

    z = (x - mean x) r,  r = 1 / sqrt(mean (x - mean x)^2 + eps)        y = z w + b
    dx = r (g w - mean g w - z mean(g w z))        dw = sum g z        db = sum g

Means go over the normalised dimensions, the sums of dw and db over those before them.

Shapes: x (*, *normalized_shape), weight and bias normalized_shape, y (*, *normalized_shape).
Raises: ValueError if normalized_shape is empty, or x or a param does not end in it.
Source: torch.nn.LayerNorm.
"""

import math

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(
    params: Params,
    x: Array,
    *,
    normalized_shape: int | tuple[int, ...],
    eps: float,
    elementwise_affine: bool,
    bias: bool,
) -> Array:
    inner = _inner(x, normalized_shape)
    weight, shift = _affine(params, inner, elementwise_affine, bias)
    return _affinely(_standardised(x, inner, eps)[0], weight, shift).reshape(x.shape)


@ieee
def vjp(
    params: Params,
    x: Array,
    *,
    normalized_shape: int | tuple[int, ...],
    eps: float,
    elementwise_affine: bool,
    bias: bool,
) -> tuple[Array, Pullback]:
    inner = _inner(x, normalized_shape)
    weight, shift = _affine(params, inner, elementwise_affine, bias)
    z, r = _standardised(x, inner, eps)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        g = cotangent.reshape(z.shape)
        d_params: dict[str, Array | None] = {}
        if weight is not None:
            d_params["weight"] = np.sum(g * z, axis=0).reshape(inner)
        if shift is not None:
            d_params["bias"] = np.sum(g, axis=0).reshape(inner)
        d_z = g if weight is None else g * weight
        d_x = d_z - d_z.mean(axis=1, keepdims=True)
        d_x -= z * (d_z * z).mean(axis=1, keepdims=True)
        d_x *= r
        return d_params, (d_x.reshape(x.shape),)

    return _affinely(z, weight, shift).reshape(x.shape), pullback


def _inner(x: Array, normalized_shape: int | tuple[int, ...]) -> tuple[int, ...]:
    """The normalised sizes as a tuple, which x's shape ends in."""
    inner = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
    if not inner or x.shape[-len(inner) :] != inner:
        raise ValueError(f"x has shape {x.shape}, expected (*, *{inner}), of which one dimension or more")
    return inner


def _affine(
    params: Params, inner: tuple[int, ...], elementwise_affine: bool, bias: bool
) -> tuple[Array | None, Array | None]:
    """Weight and bias as rows, None where there is none."""
    names = ("weight", "bias")[: elementwise_affine * (1 + bias)]
    for name in names:
        if params[name].shape != inner:
            raise ValueError(f"{name} has shape {params[name].shape}, expected {inner}")
    weight, shift = (params[name].reshape(-1) if name in names else None for name in ("weight", "bias"))
    return weight, shift


def _standardised(x: Array, inner: tuple[int, ...], eps: float) -> tuple[Array, Array]:
    """Return z as a matrix with one row for each sample, and r as a column."""
    size = math.prod(inner)
    z = x.reshape(math.prod(x.shape[: x.ndim - len(inner)]), size)
    z = z - z.mean(axis=1, keepdims=True)
    r = 1 / np.sqrt(np.mean(z * z, axis=1, keepdims=True) + x.dtype.type(eps))
    z *= r
    return z, r


def _affinely(z: Array, weight: Array | None, shift: Array | None) -> Array:
    """Return z w + b, never z itself."""
    y = z.copy() if weight is None else z * weight
    if shift is not None:
        y += shift
    return y
