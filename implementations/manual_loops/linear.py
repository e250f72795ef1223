"""An affine map of the last dimension.

    y[n][o] = sum_i x[n][i] * weight[o][i] + bias[o]

where n runs over all leading dimensions together.

x (..., in_features), weight (out_features, in_features), bias (out_features,); y (..., out_features)

Raises ValueError where x is 0-d or its last dimension is not in_features.
Source: torch.nn.Linear.
"""

import math

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros


def forward(params: Params, x: Array, *, in_features: int, out_features: int, bias: bool) -> Array:
    """Return y."""
    return vjp(params, x, in_features=in_features, out_features=out_features, bias=bias)[0]


def vjp(
    params: Params, x: Array, *, in_features: int, out_features: int, bias: bool
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of weight, bias and x."""
    shape, dtype = x.shape, x.dtype
    if not shape or shape[-1] != in_features:
        raise ValueError(f"the last dimension of x must be in_features = {in_features}, got shape {shape}")
    rows = math.prod(shape[:-1])
    x = to_lists(x, (rows, in_features))
    weight = parameter(params, "weight", (out_features, in_features))
    b = parameter(params, "bias", (out_features,)) if bias else zeros(out_features)

    y = zeros(rows, out_features)
    for n, o in indices(rows, out_features):
        for i in range(in_features):
            y[n][o] += x[n][i] * weight[o][i]
        y[n][o] += b[o]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (rows, out_features))

        dx = zeros(rows, in_features)
        dweight = zeros(out_features, in_features)
        db = zeros(out_features)
        for n, o in indices(rows, out_features):
            for i in range(in_features):
                dx[n][i] += g[n][o] * weight[o][i]
                dweight[o][i] += g[n][o] * x[n][i]
            db[o] += g[n][o]

        params_cotangents = {"weight": to_array(dweight, (out_features, in_features), dtype)}
        if bias:
            params_cotangents["bias"] = to_array(db, (out_features,), dtype)
        return params_cotangents, (to_array(dx, shape, dtype),)

    return to_array(y, (*shape[:-1], out_features), dtype), pullback
