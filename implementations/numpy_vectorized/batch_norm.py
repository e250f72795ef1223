"""Standardisation of every channel.

    z = (x - m) r,  r = 1 / sqrt(v + eps)        y = z w + b
    dx = r w (g - mean g - z mean(g z)), with running m and v: r w g        dw = sum g z        db = sum g

m and v are mean and variance over all axes but the channels', or in evaluation the running ones if there are any.
In training these move by f = momentum or 1 / (num_batches_tracked + 1), v times n / (n - 1); no cotangent passes.

Shapes: x and y (N, C), (N, C, L), (N, C, H, W) or (N, C, D, H, W); all params (C,), num_batches_tracked ().
Raises: ValueError for x of other dimensions or channels, params of other sizes, and a mean over a single element.
Source: torch.nn.BatchNorm1d, 2d, 3d.
"""

from typing import Any, TypeAlias

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee

Output: TypeAlias = Array | tuple[Array, Array, Array, Array]


@ieee
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
) -> Output:
    learned = ("weight", "bias")[: affine * (1 + bias)]
    _check(params, x, num_features, learned, track_running_stats, training)
    mean, variance = _moments(params, x, track_running_stats and not training)
    z, _ = _standardised(x, mean, variance, eps)
    y = _affinely(params, z, learned)
    return (y, *_tracked(params, x, mean, variance, momentum)) if training and track_running_stats else y


@ieee
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
) -> tuple[Output, Pullback]:
    learned = ("weight", "bias")[: affine * (1 + bias)]
    _check(params, x, num_features, learned, track_running_stats, training)
    constant = track_running_stats and not training
    mean, variance = _moments(params, x, constant)
    z, r = _standardised(x, mean, variance, eps)
    y = _affinely(params, z, learned)
    tracking = training and track_running_stats
    output = (y, *_tracked(params, x, mean, variance, momentum)) if tracking else y
    slope = r * _column(params["weight"], x) if affine else r

    @ieee
    def pullback(cotangent: Any) -> Cotangents:
        g = cotangent[0] if isinstance(cotangent, tuple) else cotangent
        d_params: dict[str, Array | None] = dict.fromkeys(params)
        if affine:
            d_params["weight"] = np.sum(g * z, axis=_axes(x))
        if "bias" in learned:
            d_params["bias"] = np.sum(g, axis=_axes(x))
        d_x = g * slope
        if not constant and x.size:
            centred = g - np.mean(g, axis=_axes(x), keepdims=True)
            centred -= z * np.mean(g * z, axis=_axes(x), keepdims=True)
            d_x = centred * slope
        return d_params, (d_x,)

    return output, pullback


def _axes(x: Array) -> tuple[int, ...]:
    """All axes but the channels'."""
    return (0, *range(2, x.ndim))


def _column(values: Array, x: Array) -> Array:
    """One value for each channel, along the axis of x's channels."""
    return values.reshape(-1, *[1] * (x.ndim - 2))


def _check(
    params: Params, x: Array, channels: int, learned: tuple[str, ...], tracked: bool, training: bool
) -> None:
    if not 2 <= x.ndim <= 5 or x.shape[1] != channels:
        raise ValueError(f"x has shape {x.shape}, expected (N, {channels}) and zero to three axes more")
    if x.size == channels and (training or not tracked):
        raise ValueError(f"x has shape {x.shape}: a mean needs more than one element of each channel")
    for name in (*learned, *(("running_mean", "running_var") * tracked)):
        if params[name].shape != (channels,):
            raise ValueError(f"{name} has shape {params[name].shape}, expected {(channels,)}")


def _moments(params: Params, x: Array, constant: bool) -> tuple[Array, Array]:
    """Mean and variance of each channel; the variance in a second pass."""
    if constant or not x.size:
        zeros = np.zeros(x.shape[1], x.dtype)
        return params.get("running_mean", zeros), params.get("running_var", zeros)
    mean = x.mean(axis=_axes(x))
    difference = x - _column(mean, x)
    return mean, np.mean(difference * difference, axis=_axes(x))


def _standardised(x: Array, mean: Array, variance: Array, eps: float) -> tuple[Array, Array]:
    """Return z and r."""
    r = 1 / np.sqrt(_column(variance, x) + x.dtype.type(eps))
    return (x - _column(mean, x)) * r, r


def _affinely(params: Params, z: Array, learned: tuple[str, ...]) -> Array:
    """Return z w + b, never z itself."""
    y = z * _column(params["weight"], z) if "weight" in learned else z.copy()
    if "bias" in learned:
        y += _column(params["bias"], z)
    return y


def _tracked(
    params: Params, x: Array, mean: Array, variance: Array, momentum: float | None
) -> tuple[Array, Array, Array]:
    """The running statistics after this batch; an empty one moves nothing."""
    count = np.asarray(params["num_batches_tracked"] + 1)
    if not x.size:
        return params["running_mean"].copy(), params["running_var"].copy(), count
    f = 1 / int(count) if momentum is None else momentum
    keep, take = x.dtype.type(1 - f), x.dtype.type(f)
    n = x.size // x.shape[1]
    unbiased = variance * x.dtype.type(n / (n - 1))
    return keep * params["running_mean"] + take * mean, keep * params["running_var"] + take * unbiased, count
