"""Wrong batch norms."""

from typing import Any

import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, right_kernel, with_derivative_of

batch_norm = right("batch_norm")
forward, _ = right_kernel("batch_norm")

TRACKED = ("running_mean", "running_var", "num_batches_tracked")


def of_batch(config: dict[str, Any]) -> bool:
    """Whether the batch's own statistics are used."""
    return bool(config["training"] or not config["track_running_stats"])


def behind(y: Any, statistics: Any) -> Any:
    """An output with the statistics of another one behind it, where that has any."""
    return (y, *statistics[1:]) if isinstance(statistics, tuple) else y


def first(output: Any) -> Any:
    """What is standardised, without statistics."""
    return output[0] if isinstance(output, tuple) else output


def column(values: Any, x: Any) -> Any:
    """One value for each channel."""
    return values.reshape(-1, *[1] * (x.ndim - 2))


def affinely(params: Params, z: Any) -> Any:
    """The weight and the bias, as they should be."""
    y = z * column(params["weight"], z) if "weight" in params else z
    return y + column(params["bias"], z) if "bias" in params else y


def moments(x: Any) -> tuple[Any, Any]:
    """Mean and biased variance of each channel, along the axes of x."""
    dims = [0, *range(2, x.ndim)]
    mean = x.mean(dims, keepdim=True)
    return mean, ((x - mean) ** 2).mean(dims, keepdim=True)


def bare(params: Params, x: Any, config: dict[str, Any]) -> Any:
    """What is standardised, as it should be, without weight and bias."""
    kept = {name: array for name, array in params.items() if name in TRACKED}
    return first(batch_norm(kept, x, **{**config, "affine": False}))


def running_variance_biased(params: Params, x: Any, **config: Any) -> Any:
    """The running variance moves towards the variance divided by n, not n - 1."""
    output = batch_norm(params, x, **config)
    if not isinstance(output, tuple) or not x.numel():
        return output
    n = x.numel() // x.shape[1]
    f = 1 / int(output[3]) if config["momentum"] is None else config["momentum"]
    kept = (1 - f) * params["running_var"]
    return output[0], output[1], kept + (output[2] - kept) * ((n - 1) / n), output[3]


def momentum_reversed(params: Params, x: Any, **config: Any) -> Any:
    """The momentum is the weight of the past, as in other frameworks."""
    momentum = config["momentum"]
    return batch_norm(params, x, **{**config, "momentum": momentum if momentum is None else 1 - momentum})


def momentum_none_is_default(params: Params, x: Any, **config: Any) -> Any:
    """Without a momentum it is 0.1, not the share of one batch among all."""
    return batch_norm(params, x, **{**config, "momentum": config["momentum"] or 0.1})


def cumulative_before_counting(params: Params, x: Any, **config: Any) -> Any:
    """The plain mean divides by the batches counted before this one."""
    output = batch_norm(params, x, **config)
    if not isinstance(output, tuple) or config["momentum"] is not None:
        return output
    before = 1 / max(int(params["num_batches_tracked"]), 1)
    return behind(output[0], batch_norm(params, x, **{**config, "momentum": before}))


def batches_not_counted(params: Params, x: Any, **config: Any) -> Any:
    """The number of batches stays what it was."""
    output = batch_norm(params, x, **config)
    return (*output[:3], params["num_batches_tracked"].clone()) if isinstance(output, tuple) else output


def statistics_not_updated(params: Params, x: Any, **config: Any) -> Any:
    """Training returns the running statistics as they were."""
    output = batch_norm(params, x, **config)
    if not isinstance(output, tuple):
        return output
    return output[0], params["running_mean"].clone(), params["running_var"].clone(), output[3]


def statistics_not_returned(params: Params, x: Any, **config: Any) -> Any:
    """Training returns no statistics, as the layer that changes its own in place."""
    return first(batch_norm(params, x, **config))


def eps_outside_the_root(params: Params, x: Any, **config: Any) -> Any:
    """The deviation is sqrt(variance) + eps."""
    output = batch_norm(params, x, **config)
    if not of_batch(config) or not x.numel():
        return output
    mean, variance = moments(x)
    return behind(affinely(params, (x - mean) / (variance.sqrt() + config["eps"])), output)


def one_pass_variance(params: Params, x: Any, **config: Any) -> Any:
    """The variance is the mean of squares less the square of the mean, which cancels."""
    output = batch_norm(params, x, **config)
    if not of_batch(config) or not x.numel():
        return output
    mean, _ = moments(x)
    dims = [0, *range(2, x.ndim)]
    variance = ((x * x).mean(dims, keepdim=True) - mean * mean).clamp(min=0)
    return behind(affinely(params, (x - mean) / (variance + config["eps"]).sqrt()), output)


def unbiased_variance(params: Params, x: Any, **config: Any) -> Any:
    """The batch is standardised by the variance divided by n - 1."""
    output = batch_norm(params, x, **config)
    if not of_batch(config) or not x.numel():
        return output
    mean, variance = moments(x)
    n = x.numel() // x.shape[1]
    return behind(affinely(params, (x - mean) / (variance * n / (n - 1) + config["eps"]).sqrt()), output)


def every_place_for_itself(params: Params, x: Any, **config: Any) -> Any:
    """Each place of a plane has statistics of its own, over the samples alone."""
    output = batch_norm(params, x, **config)
    if not of_batch(config) or not x.numel() or len(x) == 1:
        return output
    d = x - x.mean(0, keepdim=True)
    return behind(affinely(params, d / ((d * d).mean(0, keepdim=True) + config["eps"]).sqrt()), output)


def weight_and_bias_swapped(params: Params, x: Any, **config: Any) -> Any:
    """The weight is added and the bias multiplies."""
    swapped = dict(params)
    if "bias" in params:
        swapped.update(weight=params["bias"], bias=params["weight"])
    return batch_norm(swapped, x, **config)


def bias_before_weight(params: Params, x: Any, **config: Any) -> Any:
    """The bias is added before the weight multiplies."""
    output = batch_norm(params, x, **config)
    if "bias" not in params:
        return output
    y = (bare(params, x, config) + column(params["bias"], x)) * column(params["weight"], x)
    return behind(y, output)


def evaluation_by_the_batch(params: Params, x: Any, **config: Any) -> Any:
    """Evaluation uses the statistics of the batch, though it has running ones."""
    output = batch_norm(params, x, **config)
    if of_batch(config) or x.numel() <= x.shape[1]:
        return output
    return first(batch_norm(params, x, **{**config, "training": True}))


def training_by_running_statistics(params: Params, x: Any, **config: Any) -> Any:
    """Training uses the running statistics that it tracks."""
    output = batch_norm(params, x, **config)
    if not isinstance(output, tuple):
        return output
    return behind(batch_norm(params, x, **{**config, "training": False}), output)


def updated_before_use(params: Params, x: Any, **config: Any) -> Any:
    """Training standardises by the running statistics that it has just updated."""
    output = batch_norm(params, x, **config)
    if not isinstance(output, tuple):
        return output
    new = {**params, "running_mean": output[1], "running_var": output[2]}
    return behind(batch_norm(new, x, **{**config, "training": False}), output)


def statistics_are_constants(params: Params, x: Any, **config: Any) -> Any:
    """The pullback takes mean and variance of the batch for constants."""
    output = batch_norm(params, x, **config)
    if not of_batch(config) or not x.numel():
        return output
    mean, variance = (part.detach() for part in moments(x))
    z = (x - mean) / (variance + config["eps"]).sqrt()
    return behind(with_derivative_of(first(output), affinely(params, z)), output)


def variance_is_constant(params: Params, x: Any, **config: Any) -> Any:
    """The pullback takes the variance of the batch for a constant."""
    output = batch_norm(params, x, **config)
    if not of_batch(config) or not x.numel():
        return output
    mean, variance = moments(x)
    z = (x - mean) / (variance.detach() + config["eps"]).sqrt()
    return behind(with_derivative_of(first(output), affinely(params, z)), output)


def weight_cotangent_of_last_sample(params: Params, x: Any, **config: Any) -> Any:
    """The weight's cotangent is that of the last sample, not the sum."""
    output = batch_norm(params, x, **config)
    if "weight" not in params or not x.numel():
        return output
    z = bare(params, x, config)
    others = affinely({**params, "weight": params["weight"].detach()}, z[:-1])
    return behind(with_derivative_of(first(output), torch.cat([others, affinely(params, z[-1:])])), output)


def statistics_of_the_first_channel(params: Params, x: Any, **config: Any) -> Any:
    """All channels are standardised by the deviation of the first."""
    output = batch_norm(params, x, **config)
    if not of_batch(config) or not x.numel():
        return output
    mean, variance = moments(x)
    return behind(affinely(params, (x - mean) / (variance[:, :1] + config["eps"]).sqrt()), output)


def channels_summed_by_a_matrix(params: Params, x: Any, **config: Any) -> Any:
    """The mean of a channel is a product with zeros for all others, and 0 * NaN is NaN."""
    output = batch_norm(params, x, **config)
    y = first(output)
    return behind(y + 0 * x.sum(), output)


def no_number_left_out(params: Params, x: Any, **config: Any) -> Any:
    """What is not a number counts as zero."""
    return batch_norm(params, torch.nan_to_num(x), **config)


def single_elements_accepted(params: Params, x: Any, **config: Any) -> Any:
    """A batch with one element of each channel is standardised to zeros."""
    if x.ndim > 1 and x.numel() == x.shape[1] == config["num_features"] and of_batch(config):
        return affinely(params, x - x)
    return batch_norm(params, x, **config)


def running_mean_updated_in_place(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """The running mean that was given is changed, too."""
    output = forward(params, x, **config)
    if isinstance(output, tuple):
        params["running_mean"][...] = output[1]
    return output


DEFECTS = (
    wrong("batch_norm", running_variance_biased, law="agreement"),
    wrong("batch_norm", momentum_reversed, law="statistics_are_blended"),
    wrong("batch_norm", momentum_none_is_default, law="statistics_are_blended"),
    wrong("batch_norm", cumulative_before_counting, law="statistics_are_blended"),
    wrong("batch_norm", batches_not_counted, law="statistics_are_blended"),
    wrong("batch_norm", statistics_not_updated, law="agreement"),
    wrong("batch_norm", statistics_not_returned, law="shape_and_dtype"),
    wrong("batch_norm", eps_outside_the_root, law="scale_is_removed"),
    wrong("batch_norm", one_pass_variance, law="offset_is_removed"),
    wrong("batch_norm", unbiased_variance, law="is_standardised"),
    wrong("batch_norm", every_place_for_itself, law="places_are_samples"),
    wrong("batch_norm", weight_and_bias_swapped, law="affine_map_comes_last"),
    wrong("batch_norm", bias_before_weight, law="affine_map_comes_last"),
    wrong("batch_norm", evaluation_by_the_batch, law="evaluated_samples_are_independent"),
    wrong("batch_norm", training_by_running_statistics, law="agreement"),
    wrong("batch_norm", updated_before_use, law="agreement"),
    wrong("batch_norm", statistics_are_constants, law="vjp"),
    wrong("batch_norm", variance_is_constant, law="vjp"),
    wrong("batch_norm", weight_cotangent_of_last_sample, law="batch_permutes"),
    wrong("batch_norm", statistics_of_the_first_channel, law="standardised_channels_permute"),
    wrong("batch_norm", channels_summed_by_a_matrix, law="channels_are_independent"),
    wrong("batch_norm", no_number_left_out, law="special_values"),
    wrong("batch_norm", single_elements_accepted, law="rejection"),
    wrong_forward("batch_norm", running_mean_updated_in_place, law="purity"),
)
