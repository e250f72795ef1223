"""Normalisations written out in primitives that have an error model, forward and backward.

They are PyTorch's own formulas on the CPU (aten/src/ATen/native/cpu/layer_norm_kernel.cpp and Normalization.cpp):
its error far from zero is not that of its table of decompositions, which keeps the variance one primitive and
centres what the kernel does not. The variance is that of a recurrence: layer_norm has it there, both elsewhere.
"""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

Mask = Sequence[bool]


def variance(
    x: Tensor, dims: Sequence[int] | None = None, *, correction: float | None = None, keepdim: bool = False
) -> Tensor:
    """The variance along dimensions, in one stable pass; divided by the number of elements less `correction`.

    In Welford's recurrence each element differs from the mean of those before it, and that mean is rounded
    otherwise for every element: with a mean that is k deviations from zero the sum has a relative error of n k u
    (Chan, Golub and LeVeque 1983), where two passes, in which the error of the one mean cancels, have n u.
    """
    dims = [dim % x.ndim for dim in dims or range(x.ndim)]
    rows = x.movedim(dims, list(range(-len(dims), 0))).flatten(-len(dims))
    counts = torch.arange(1, rows.shape[-1], dtype=rows.dtype)
    before = rows[..., :-1].cumsum(-1) / counts
    difference = rows[..., 1:] - before
    squares = (difference * difference * (counts / (counts + 1))).sum(-1)
    divided = squares / (rows.shape[-1] - (1 if correction is None else correction))
    return divided.reshape([1 if i in dims else n for i, n in enumerate(x.shape)]) if keepdim else divided


def native_layer_norm(
    x: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """(y, mean, 1 / sqrt(variance + eps))."""
    dims = list(range(x.ndim - len(normalized_shape), x.ndim))
    mean = x.mean(dims, True)
    rstd = (variance(x, dims, correction=0, keepdim=True) + eps).rsqrt()
    y = x * rstd - mean * rstd
    if weight is not None:
        y = y * weight
    if bias is not None:
        y = y + bias
    return y, mean, rstd


def native_layer_norm_backward(
    cotangent: Tensor,
    x: Tensor,
    normalized_shape: Sequence[int],
    mean: Tensor,
    rstd: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    output_mask: Mask,
) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """The cotangents of x, weight and bias, each where `output_mask` asks for it."""
    first = x.ndim - len(normalized_shape)
    dims, leading = list(range(first, x.ndim)), list(range(first))
    count = prod(normalized_shape)
    g = cotangent if weight is None else cotangent * weight
    total, moment = g.sum(dims, True), (g * x).sum(dims, True)
    slope = (total * mean - moment) * rstd * rstd * rstd / count
    intercept = -slope * mean - total * rstd / count
    d_x = rstd * g + slope * x + intercept if output_mask[0] else None
    d_weight = cotangent * (x * rstd - mean * rstd) if output_mask[1] else None
    d_bias = cotangent.clone() if output_mask[2] else None
    if leading:
        d_weight = None if d_weight is None else d_weight.sum(leading)
        d_bias = None if d_bias is None else d_bias.sum(leading)
    return d_x, d_weight, d_bias


def native_batch_norm(
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """(y, mean, 1 / sqrt(variance + eps)); in evaluation the last two are empty.

    In training, running statistics are overwritten.
    """
    kept = [1, -1, *[1] * (x.ndim - 2)]
    dims = [0, *range(2, x.ndim)]
    if training:
        mean, biased = x.mean(dims), variance(x, dims, correction=0)
        rstd = (biased + eps).rsqrt()
        saved = mean, rstd
        if running_mean is not None and running_var is not None:
            count = x.numel() // x.shape[1]
            running_mean.copy_((1 - momentum) * running_mean + momentum * mean)
            running_var.copy_((1 - momentum) * running_var + momentum * (biased * (count / (count - 1))))
    else:
        assert running_mean is not None and running_var is not None
        mean, rstd = running_mean, 1 / (running_var + eps).sqrt()
        saved = x.new_zeros(0), x.new_zeros(0)
    slope = rstd if weight is None else rstd * weight
    intercept = -mean * slope if bias is None else bias - mean * slope
    return x * slope.reshape(kept) + intercept.reshape(kept), *saved


def native_batch_norm_backward(
    cotangent: Tensor,
    x: Tensor,
    weight: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    mean: Tensor | None,
    rstd: Tensor | None,
    training: bool,
    eps: float,
    output_mask: Mask,
) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """The cotangents of x, weight and bias, each where `output_mask` asks for it."""
    kept = [1, -1, *[1] * (x.ndim - 2)]
    dims = [0, *range(2, x.ndim)]
    count = x.numel() // x.shape[1]
    if not training:
        assert running_var is not None
        mean, rstd = running_mean, 1 / (running_var + eps).sqrt()
    assert mean is not None and rstd is not None
    difference = x - mean.reshape(kept)
    total, product = cotangent.sum(dims), (cotangent * difference).sum(dims)
    slope = rstd if weight is None else rstd * weight
    g = cotangent
    if training:
        projection = difference * (product * rstd * rstd / count).reshape(kept)
        g = g - projection - (total / count).reshape(kept)
    return (
        g * slope.reshape(kept) if output_mask[0] else None,
        product * rstd if output_mask[1] else None,
        total if output_mask[2] else None,
    )
