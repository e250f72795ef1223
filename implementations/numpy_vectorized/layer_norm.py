"""Standardisation of the last dimensions.

    z = (x - mean x) r,  r = 1 / sqrt(mean (x - mean x)^2 + eps)        y = z w + b
    dx = r (g w - mean g w - z mean(g w z))        dw = sum g z        db = sum g

Means go over the normalised dimensions, the sums of dw and db over those before them.

Shapes: x (*, *normalized_shape), weight and bias normalized_shape, y (*, *normalized_shape).
Raises: ValueError if normalized_shape is empty, or x or a param does not end in it.
Source: torch.nn.LayerNorm.
"""

import math

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._standardisation import standardise, standardise_transpose


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
    y, _ = standardise(_rows(x, inner), eps, *_affine(params, inner, elementwise_affine, bias))
    return y.reshape(x.shape)


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
    rows = _rows(x, inner)
    y, moments = standardise(rows, eps, weight, shift)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        d_rows, d_weight, d_shift = standardise_transpose(_rows(cotangent, inner), rows, moments, weight)
        d_params: dict[str, Array | None] = {}
        if weight is not None:
            d_params["weight"] = d_weight.reshape(inner)
        if shift is not None:
            d_params["bias"] = d_shift.reshape(inner)
        return d_params, (d_rows.reshape(x.shape),)

    return y.reshape(x.shape), pullback


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


def _rows(x: Array, inner: tuple[int, ...]) -> Array:
    """View x as a matrix with one row for each sample."""
    return x.reshape(math.prod(x.shape[: x.ndim - len(inner)]), math.prod(inner))
