"""Affine map of the last dimension.

    y = x W^T + b        dx = g W        dW = sum g^T x        db = sum g

Shapes: x (*, in_features), weight (out_features, in_features), bias (out_features,), y (*, out_features).
Raises: ValueError if x is 0-d or its last dimension is not in_features.
Source: torch.nn.Linear.
"""

import math

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array, *, in_features: int, out_features: int, bias: bool) -> Array:
    y = _rows(x, in_features) @ params["weight"].T
    if bias:
        y += params["bias"]
    return y.reshape(*x.shape[:-1], out_features)


@ieee
def vjp(
    params: Params, x: Array, *, in_features: int, out_features: int, bias: bool
) -> tuple[Array, Pullback]:
    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        g = _rows(cotangent, out_features)
        d_params: dict[str, Array | None] = {"weight": g.T @ _rows(x, in_features)}
        if bias:
            d_params["bias"] = g.sum(axis=0)
        return d_params, ((g @ params["weight"]).reshape(x.shape),)

    y = forward(params, x, in_features=in_features, out_features=out_features, bias=bias)
    return y, pullback


def _rows(x: Array, features: int) -> Array:
    """View x as a matrix with one row for each vector along its last dimension."""
    if x.ndim == 0 or x.shape[-1] != features:
        raise ValueError(f"x has shape {x.shape}, expected (*, {features})")
    return x.reshape(math.prod(x.shape[:-1]), features)
