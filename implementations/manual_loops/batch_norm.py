"""Every channel standardised by its mean and variance.

In training, and without running statistics always, over the M elements of the channel in the batch:

    mean[c] = sum_m x[c][m] / M
    variance[c] = sum_m (x[c][m] - mean[c])^2 / M

in evaluation with running statistics mean = running_mean and variance = running_var. Then

    r[c] = 1 / sqrt(variance[c] + eps)
    z[c][m] = (x[c][m] - mean[c]) * r[c]
    y[c][m] = z[c][m] * weight[c] + bias[c]

    dx[c][m] = (g[c][m] - sum_k g[c][k] / M - z[c][m] * sum_k g[c][k] * z[c][k] / M) * r[c] * weight[c]
    dx[c][m] = g[c][m] * r[c] * weight[c]                                     with running statistics, constants
    dweight[c] = sum_m g[c][m] * z[c][m]
    dbias[c] = sum_m g[c][m]

New running statistics, of which nothing is differentiated, f being momentum or 1 / (num_batches_tracked + 1):

    running_mean[c] = (1 - f) * running_mean[c] + f * mean[c]
    running_var[c] = (1 - f) * running_var[c] + f * variance[c] * M / (M - 1)

x and y (N, C), (N, C, L), (N, C, H, W) or (N, C, D, H, W); everything else (C,)

Raises ValueError where x has other dimensions or channels, or a mean goes over a single element.
Source: torch.nn.BatchNorm1d, 2d, 3d; Ioffe, Szegedy (2015).
"""

import math
from typing import Any

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros


def forward(
    params: Params,
    x: Array,
    *,
    num_features: int,
    eps: float,
    momentum: float | None,
    affine: bool,
    track_running_stats: bool,
    bias: bool,
    training: bool,
) -> Any:
    """Return y, in training with running statistics with the new ones behind it."""
    return vjp(
        params,
        x,
        num_features=num_features,
        eps=eps,
        momentum=momentum,
        affine=affine,
        track_running_stats=track_running_stats,
        bias=bias,
        training=training,
    )[0]


def vjp(
    params: Params,
    x: Array,
    *,
    num_features: int,
    eps: float,
    momentum: float | None,
    affine: bool,
    track_running_stats: bool,
    bias: bool,
    training: bool,
) -> tuple[Any, Pullback]:
    """Return the output and the map from its cotangent to those of weight, bias and x."""
    shape, dtype, channels = x.shape, x.dtype, (num_features,)
    if not 2 <= len(shape) <= 5 or shape[1] != num_features:
        raise ValueError(f"x must be (N, {num_features}, ...) of two to five dimensions, got shape {shape}")
    size, samples, places = num_features, shape[0], math.prod(shape[2:])
    count = samples * places
    of_batch = training or not track_running_stats
    if of_batch and count == 1:
        raise ValueError(f"a mean needs more than one element of each channel, got shape {shape}")
    x = to_lists(x, (samples, size, places))
    weight = parameter(params, "weight", channels) if affine else [1.0] * size
    b = parameter(params, "bias", channels) if affine and bias else zeros(size)
    running_mean = parameter(params, "running_mean", channels) if track_running_stats else zeros(size)
    running_var = parameter(params, "running_var", channels) if track_running_stats else zeros(size)

    if of_batch:
        mean, variance = zeros(size), zeros(size)
        for c in range(size if count else 0):
            for n, p in indices(samples, places):
                mean[c] += x[n][c][p]
            mean[c] /= count
            for n, p in indices(samples, places):
                variance[c] += (x[n][c][p] - mean[c]) * (x[n][c][p] - mean[c])
            variance[c] /= count
    else:
        mean, variance = running_mean, running_var

    r = [1 / math.sqrt(v + eps) for v in variance]
    z, y = zeros(samples, size, places), zeros(samples, size, places)
    for n, c, p in indices(samples, size, places):
        z[n][c][p] = (x[n][c][p] - mean[c]) * r[c]
        y[n][c][p] = z[n][c][p] * weight[c] + b[c]
    output: Any = to_array(y, shape, dtype)

    if training and track_running_stats:
        tracked = int(parameter(params, "num_batches_tracked", ())) + 1
        f = 1 / tracked if momentum is None else momentum
        if count:
            for c in range(size):
                running_mean[c] = (1 - f) * running_mean[c] + f * mean[c]
                running_var[c] = (1 - f) * running_var[c] + f * variance[c] * count / (count - 1)
        output = (
            output,
            to_array(running_mean, channels, dtype),
            to_array(running_var, channels, dtype),
            to_array(tracked, (), "int64"),
        )

    def pullback(cotangent: Any) -> tuple[dict[str, Array | None], tuple[Array]]:
        g = to_lists(cotangent[0] if isinstance(cotangent, tuple) else cotangent, (samples, size, places))

        dx = zeros(samples, size, places)
        dweight, db = zeros(size), zeros(size)
        for n, c, p in indices(samples, size, places):
            dweight[c] += g[n][c][p] * z[n][c][p]
            db[c] += g[n][c][p]
        for n, c, p in indices(samples, size, places):
            dz = g[n][c][p]
            if of_batch:
                dz = dz - db[c] / count - z[n][c][p] * dweight[c] / count
            dx[n][c][p] = dz * r[c] * weight[c]

        params_cotangents: dict[str, Array | None] = dict.fromkeys(params)
        if affine:
            params_cotangents["weight"] = to_array(dweight, channels, dtype)
        if affine and bias:
            params_cotangents["bias"] = to_array(db, channels, dtype)
        return params_cotangents, (to_array(dx, shape, dtype),)

    return output, pullback
