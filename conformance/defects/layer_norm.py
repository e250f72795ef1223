"""Wrong layer norms."""

import math
from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, right_kernel, with_derivative_of

layer_norm = right("layer_norm")
forward, _ = right_kernel("layer_norm")


def dims_of(config: dict[str, Any]) -> list[int]:
    """The dimensions that are normalised, counted from the last."""
    shape = config["normalized_shape"]
    return [-1 - i for i in range(1 if isinstance(shape, int) else len(shape))]


def affinely(params: Params, z: Any) -> Any:
    """The weight and the bias, as they should be."""
    return z * params.get("weight", 1) + params.get("bias", 0)


def bare(x: Any, config: dict[str, Any]) -> Any:
    """What is standardised, as it should be, without weight and bias."""
    return layer_norm({}, x, **{**config, "elementwise_affine": False})


def unbiased_variance(params: Params, x: Any, **config: Any) -> Any:
    """The variance is divided by one less than the number of elements."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    dims = dims_of(config)
    d = x - x.mean(dims, keepdim=True)
    count = math.prod(x.shape[dim] for dim in dims)
    variance = (d * d).sum(dims, keepdim=True) / max(count - 1, 1)
    return affinely(params, d / (variance + config["eps"]).sqrt())


def eps_outside_the_root(params: Params, x: Any, **config: Any) -> Any:
    """The deviation is sqrt(variance) + eps."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    dims = dims_of(config)
    d = x - x.mean(dims, keepdim=True)
    deviation = x.var(dims, correction=0, keepdim=True).sqrt() + config["eps"]
    return affinely(params, d / deviation)


def one_pass_variance(params: Params, x: Any, **config: Any) -> Any:
    """The variance is the mean of squares less the square of the mean, which cancels."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    dims = dims_of(config)
    mean = x.mean(dims, keepdim=True)
    variance = ((x * x).mean(dims, keepdim=True) - mean * mean).clamp(min=0)
    return affinely(params, (x - mean) / (variance + config["eps"]).sqrt())


def eps_always_default(params: Params, x: Any, **config: Any) -> Any:
    """The eps is 1e-5, whatever is given."""
    return layer_norm(params, x, **{**config, "eps": 1e-5})


def eps_left_out(params: Params, x: Any, **config: Any) -> Any:
    """Nothing is added to the variance, so that a constant slice is divided by zero."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    dims = dims_of(config)
    d = x - x.mean(dims, keepdim=True)
    return affinely(params, d / (d * d).mean(dims, keepdim=True).sqrt())


def last_dimension_alone(params: Params, x: Any, **config: Any) -> Any:
    """Only the last dimension is normalised, however many are named."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    return affinely(params, layer_norm({}, x, **{**config, **_last(x)}))


def _last(x: Any) -> dict[str, Any]:
    return {"normalized_shape": x.shape[-1], "elementwise_affine": False}


def statistics_of_the_batch(params: Params, x: Any, **config: Any) -> Any:
    """Mean and variance go over the whole batch, too."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    return affinely(params, layer_norm({}, x, **{**config, **_all(x)}) if x.numel() else x)


def _all(x: Any) -> dict[str, Any]:
    return {"normalized_shape": tuple(x.shape), "elementwise_affine": False}


def bias_before_weight(params: Params, x: Any, **config: Any) -> Any:
    """The bias is added before the weight multiplies."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    return (bare(x, config) + params.get("bias", 0)) * params.get("weight", 1)


def weight_around_one(params: Params, x: Any, **config: Any) -> Any:
    """The weight is a difference from one, as some language models store it."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    z = bare(x, config)
    return z * (1 + params["weight"]) + params.get("bias", 0) if "weight" in params else z


def bias_needs_batch(params: Params, x: Any, **config: Any) -> Any:
    """The path for a single sample forgets the bias."""
    y = layer_norm(params, x, **config)
    alone = x.ndim == len(dims_of(config))
    return y - params["bias"] if alone and "bias" in params else y


def mean_not_subtracted(params: Params, x: Any, **config: Any) -> Any:
    """The elements are divided by their deviation, but keep their mean."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    variance = x.var(dims_of(config), correction=0, keepdim=True)
    return affinely(params, x / (variance + config["eps"]).sqrt())


def root_mean_square(params: Params, x: Any, **config: Any) -> Any:
    """It is a root-mean-square norm: the mean stays in the elements and in the deviation."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    square = (x * x).mean(dims_of(config), keepdim=True)
    return affinely(params, x / (square + config["eps"]).sqrt())


def remainder_left_out(params: Params, x: Any, **config: Any) -> Any:
    """The mean of a last dimension that is no multiple of four leaves its remainder out."""
    layer_norm(params, x, **config)  # still refuses what is invalid
    dims = dims_of(config)
    whole = max(x.shape[-1] // 4 * 4, min(x.shape[-1], 4))
    d = x - x[..., :whole].mean(dims, keepdim=True)
    return affinely(params, d / ((d * d).mean(dims, keepdim=True) + config["eps"]).sqrt())


def statistics_are_constants(params: Params, x: Any, **config: Any) -> Any:
    """The pullback takes mean and variance for constants."""
    y = layer_norm(params, x, **config)
    dims = dims_of(config)
    variance = x.var(dims, correction=0, keepdim=True).detach()
    z = (x - x.mean(dims, keepdim=True).detach()) / (variance + config["eps"]).sqrt()
    return with_derivative_of(y, affinely(params, z))


def variance_is_constant(params: Params, x: Any, **config: Any) -> Any:
    """The pullback takes the variance for a constant."""
    y = layer_norm(params, x, **config)
    dims = dims_of(config)
    variance = x.var(dims, correction=0, keepdim=True).detach()
    z = (x - x.mean(dims, keepdim=True)) / (variance + config["eps"]).sqrt()
    return with_derivative_of(y, affinely(params, z))


def weight_cotangent_of_input(params: Params, x: Any, **config: Any) -> Any:
    """The weight's cotangent is the sum of g x, of the input as it was before it was standardised."""
    y = layer_norm(params, x, **config)
    if "weight" not in params:
        return y
    z = bare(x, config).detach()
    return with_derivative_of(y, y + (x.detach() - z) * params["weight"])


def weight_cotangent_of_last_sample(params: Params, x: Any, **config: Any) -> Any:
    """The weight's cotangent is that of the last sample, not the sum."""
    y = layer_norm(params, x, **config)
    if "weight" not in params or x.ndim == len(dims_of(config)) or not x.numel():
        return y
    z = bare(x, config)
    fixed = {name: array.detach() for name, array in params.items()}
    others = affinely({**params, "weight": fixed["weight"]}, z[:-1])
    return with_derivative_of(y, torch.cat([others, affinely(params, z[-1:])]))


def weight_may_broadcast(params: Params, x: Any, **config: Any) -> Any:
    """A weight or a bias of any shape that fits in some way is accepted."""
    z = bare(x, config)
    return affinely(params, z)


def nan_left_out(params: Params, x: Any, **config: Any) -> Any:
    """The mean leaves out what is not a number, which becomes zero."""
    return layer_norm(params, x.nan_to_num(nan=0.0, posinf=float("inf"), neginf=float("-inf")), **config)


def centred_in_place(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """The mean is subtracted in the input itself."""
    y = forward(params, x, **config)
    x -= x.mean(tuple(dims_of(config)), keepdims=True) if x.size else 0
    return y


def leading_dimensions_merged(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """All leading dimensions come back as one."""
    y = forward(params, x, **config)
    inner = y.shape[y.ndim - len(dims_of(config)) :]
    return np.ascontiguousarray(y).reshape(int(np.prod(y.shape[: y.ndim - len(inner)])), *inner)


DEFECTS = (
    wrong("layer_norm", unbiased_variance, law="is_standardised"),
    wrong("layer_norm", eps_outside_the_root, law="scale_is_removed"),
    wrong("layer_norm", one_pass_variance, law="offset_is_removed"),
    wrong("layer_norm", eps_always_default, law="agreement"),
    wrong("layer_norm", eps_left_out, law="agreement"),
    wrong("layer_norm", last_dimension_alone, law="agreement"),
    wrong("layer_norm", statistics_of_the_batch, law="batch_is_independent"),
    wrong("layer_norm", bias_before_weight, law="affine_map_comes_last"),
    wrong("layer_norm", weight_around_one, law="affine_map_comes_last"),
    wrong("layer_norm", bias_needs_batch, law="unbatched_is_batch_of_one"),
    wrong("layer_norm", mean_not_subtracted, law="is_standardised"),
    wrong("layer_norm", root_mean_square, law="offset_is_removed"),
    wrong("layer_norm", remainder_left_out, law="features_permute"),
    wrong("layer_norm", statistics_are_constants, law="vjp"),
    wrong("layer_norm", variance_is_constant, law="vjp"),
    wrong("layer_norm", weight_cotangent_of_input, law="vjp"),
    wrong("layer_norm", weight_cotangent_of_last_sample, law="batch_permutes"),
    wrong("layer_norm", weight_may_broadcast, law="rejection"),
    wrong("layer_norm", nan_left_out, law="special_values"),
    wrong_forward("layer_norm", centred_in_place, law="purity"),
    wrong_forward("layer_norm", leading_dimensions_merged, law="shape_and_dtype"),
)
