"""Every sample standardised by its own mean and variance.

    mean[n] = sum_i x[n][i] / I
    variance[n] = sum_i (x[n][i] - mean[n])^2 / I
    z[n][i] = (x[n][i] - mean[n]) / sqrt(variance[n] + eps)
    y[n][i] = z[n][i] * weight[i] + bias[i]

    dz[n][i] = g[n][i] * weight[i]
    dx[n][i] = (dz[n][i] - sum_j dz[n][j] / I - z[n][i] * sum_j dz[n][j] * z[n][j] / I) / sqrt(variance[n] + eps)
    dweight[i] = sum_n g[n][i] * z[n][i]
    dbias[i] = sum_n g[n][i]

where i runs over the I elements of all normalised dimensions together and n over all dimensions before them.

x (..., *normalized_shape), weight and bias normalized_shape; y (..., *normalized_shape)

Raises ValueError where normalized_shape is empty or is not how x's shape ends.
Source: torch.nn.LayerNorm; Ba, Kiros, Hinton (2016).
"""

import math

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._ieee import divide


def forward(
    params: Params,
    x: Array,
    *,
    normalized_shape: int | tuple[int, ...],
    eps: float,
    elementwise_affine: bool,
    bias: bool,
) -> Array:
    """Return y."""
    return vjp(
        params,
        x,
        normalized_shape=normalized_shape,
        eps=eps,
        elementwise_affine=elementwise_affine,
        bias=bias,
    )[0]


def vjp(
    params: Params,
    x: Array,
    *,
    normalized_shape: int | tuple[int, ...],
    eps: float,
    elementwise_affine: bool,
    bias: bool,
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of weight, bias and x."""
    inner = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
    shape, dtype = x.shape, x.dtype
    if not inner:
        raise ValueError("normalized_shape must have a dimension")
    if shape[-len(inner) :] != inner:
        raise ValueError(f"the shape of x must end in normalized_shape = {inner}, got {shape}")
    has_bias = elementwise_affine and bias
    rows, size = math.prod(shape[: -len(inner)]), math.prod(inner)
    x = to_lists(x, (rows, size))
    weight, b = [1.0] * size, [0.0] * size
    if elementwise_affine:
        weight = to_lists(parameter(params, "weight", inner), (size,))
    if has_bias:
        b = to_lists(parameter(params, "bias", inner), (size,))

    z, y = zeros(rows, size), zeros(rows, size)
    deviation = zeros(rows)
    for n in range(rows):
        mean = 0.0
        for i in range(size):
            mean += x[n][i]
        mean /= size
        variance = 0.0
        for i in range(size):
            variance += (x[n][i] - mean) * (x[n][i] - mean)
        deviation[n] = math.sqrt(variance / size + eps)
        for i in range(size):
            z[n][i] = divide(x[n][i] - mean, deviation[n])
            y[n][i] = z[n][i] * weight[i] + b[i]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (rows, size))

        dx = zeros(rows, size)
        dweight, db = zeros(size), zeros(size)
        for n in range(rows):
            mean_dz = mean_dz_z = 0.0
            for i in range(size):
                mean_dz += g[n][i] * weight[i]
                mean_dz_z += g[n][i] * weight[i] * z[n][i]
            mean_dz /= size
            mean_dz_z /= size
            for i in range(size):
                dx[n][i] = divide(g[n][i] * weight[i] - mean_dz - z[n][i] * mean_dz_z, deviation[n])
        for n, i in indices(rows, size):
            dweight[i] += g[n][i] * z[n][i]
            db[i] += g[n][i]

        params_cotangents = {}
        if elementwise_affine:
            params_cotangents["weight"] = to_array(dweight, inner, dtype)
        if has_bias:
            params_cotangents["bias"] = to_array(db, inner, dtype)
        return params_cotangents, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback
