"""Wrong clipping by the norm."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from ._defect import wrong, wrong_forward
from ._right import Params, right, right_forward

clip = right("clip_grad_norm")
forward = right_forward("clip_grad_norm")


def norm(tensors: Iterable[Any], config: dict[str, Any]) -> Any:
    """The norm of the norms of tensors."""
    order = float(config["norm_type"])
    norms = [torch.linalg.vector_norm(tensor, order) for tensor in tensors]
    return torch.linalg.vector_norm(torch.stack(norms), order)


def scaled(gradients: Params, factor: Any) -> dict[str, Any]:
    """All gradients times a factor."""
    return {name: gradient * factor for name, gradient in gradients.items()}


def amplified_below_the_bound(params: Params, gradients: Params, **config: Any) -> Any:
    """Gradients that are shorter than the bound are stretched to it."""
    _, total = clip(params, gradients, **config)
    factor = config["max_norm"] / (total + 1e-6)
    return scaled(gradients, factor), total


def each_by_its_own_norm(params: Params, gradients: Params, **config: Any) -> Any:
    """Every gradient is clipped by its own norm, so that their ratios change."""
    _, total = clip(params, gradients, **config)
    return {name: clip(params, {name: g}, **config)[0][name] for name, g in gradients.items()}, total


def norms_added(params: Params, gradients: Params, **config: Any) -> Any:
    """The total is the sum of the gradients' norms."""
    clip(params, gradients, **config)
    total = torch.stack([norm([gradient], config) for gradient in gradients.values()]).sum()
    return scaled(gradients, (config["max_norm"] / (total + 1e-6)).clamp(max=1)), total


def last_gradient_not_counted(params: Params, gradients: Params, **config: Any) -> Any:
    """Of several gradients the last one is scaled, and no part of the total."""
    clip(params, gradients, **config)
    counted = list(gradients.values())[: max(len(gradients) - 1, 1)]
    total = norm(counted, config)
    return scaled(gradients, (config["max_norm"] / (total + 1e-6)).clamp(max=1)), total


def squares_not_rooted(params: Params, gradients: Params, **config: Any) -> Any:
    """Gradients are clipped by the square of a total norm of type 2."""
    _, total = clip(params, gradients, **config)
    size = total**2 if float(config["norm_type"]) == 2 else total
    return scaled(gradients, (config["max_norm"] / (size + 1e-6)).clamp(max=1)), total


def bound_divided_by_the_total_alone(params: Params, gradients: Params, **config: Any) -> Any:
    """The 1e-6 is left out, and 1 is divided by where the total is 0."""
    _, total = clip(params, gradients, **config)
    size = torch.where(total == 0, 1, total)
    return scaled(gradients, (config["max_norm"] / size).clamp(max=1)), total


def scaled_only_above_the_bound(params: Params, gradients: Params, **config: Any) -> Any:
    """A total that is not above the bound scales nothing, so that nan comes back beside ordinary numbers."""
    _, total = clip(params, gradients, **config)
    if total > config["max_norm"]:
        return scaled(gradients, config["max_norm"] / (total + 1e-6)), total
    return scaled(gradients, 1), total


def always_type_2(params: Params, gradients: Params, **config: Any) -> Any:
    """The type of the norm is ignored."""
    clip(params, gradients, **config)
    return clip(params, gradients, **{**config, "norm_type": 2.0})


def type_inf_without_sign(params: Params, gradients: Params, **config: Any) -> Any:
    """The norm of type inf is the largest number, not the largest size."""
    _, total = clip(params, gradients, **config)
    if float(config["norm_type"]) == math.inf:
        total = torch.stack([gradient.max() for gradient in gradients.values()]).max().clamp(min=0)
    return scaled(gradients, (config["max_norm"] / (total + 1e-6)).clamp(max=1)), total


def type_minus_inf_is_inf(params: Params, gradients: Params, **config: Any) -> Any:
    """An infinite type is taken for inf, whatever its sign."""
    clip(params, gradients, **config)
    order = float(config["norm_type"])
    return clip(params, gradients, **{**config, "norm_type": abs(order) if math.isinf(order) else order})


def type_0_counts_elements(params: Params, gradients: Params, **config: Any) -> Any:
    """The norm of type 0 is the number of elements that are not 0, not of gradients."""
    _, total = clip(params, gradients, **config)
    if float(config["norm_type"]) == 0:
        counts = [(gradient != 0).sum() for gradient in gradients.values()]
        total = torch.stack(counts).sum().to(total.dtype)
    return scaled(gradients, (config["max_norm"] / (total + 1e-6)).clamp(max=1)), total


def norm_of_the_clipped(params: Params, gradients: Params, **config: Any) -> Any:
    """The norm that comes back is that of the clipped gradients."""
    clipped, _ = clip(params, gradients, **config)
    return clipped, norm(clipped.values(), config)


def clipped_by_value(params: Params, gradients: Params, **config: Any) -> Any:
    """Every element is clipped to the bound by itself."""
    _, total = clip(params, gradients, **config)
    bound = config["max_norm"]
    return {name: gradient.clamp(-bound, bound) for name, gradient in gradients.items()}, total


def divided_by_the_number_of_elements(params: Params, gradients: Params, **config: Any) -> Any:
    """The norm of type 2 is the root of the mean of the squares."""
    _, total = clip(params, gradients, **config)
    if float(config["norm_type"]) == 2:
        total = total / max(sum(gradient.numel() for gradient in gradients.values()), 1) ** 0.5
    return scaled(gradients, (config["max_norm"] / (total + 1e-6)).clamp(max=1)), total


def nonfinite_not_refused(params: Params, gradients: Params, **config: Any) -> Any:
    """error_if_nonfinite is ignored."""
    return clip(params, gradients, **{**config, "error_if_nonfinite": False})


def infinities_counted_as_0(params: Params, gradients: Params, **config: Any) -> Any:
    """What is not finite is made 0 before the norm is taken."""
    clip(params, gradients, **config)
    finite = {name: torch.nan_to_num(g, nan=0.0, posinf=0.0, neginf=0.0) for name, g in gradients.items()}
    return clip(params, finite, **config)


def scaled_in_place(params: Any, gradients: Any, **config: Any) -> Any:
    """The gradients passed in are scaled, as torch's function does."""
    clipped, total = forward(params, gradients, **config)
    for name, gradient in clipped.items():
        if gradients[name].flags.writeable:
            gradients[name][...] = gradient
    return clipped, total


def unclipped_as_they_are(params: Any, gradients: Any, **config: Any) -> Any:
    """Gradients within the bound are returned themselves."""
    clipped, total = forward(params, gradients, **config)
    if np.isfinite(total) and total <= config["max_norm"]:
        return dict(gradients), total
    return clipped, total


DEFECTS = (
    wrong("clip_grad_norm", amplified_below_the_bound, law="unbounded_is_measured"),
    wrong("clip_grad_norm", each_by_its_own_norm, law="norm_of_norms_is_norm"),
    wrong("clip_grad_norm", norms_added, law="norm_of_norms_is_norm"),
    wrong("clip_grad_norm", last_gradient_not_counted, law="gradients_have_no_order"),
    wrong("clip_grad_norm", squares_not_rooted, law="clipped_norm_is_bounded"),
    wrong("clip_grad_norm", bound_divided_by_the_total_alone, law="agreement"),
    wrong("clip_grad_norm", scaled_only_above_the_bound, law="special_values"),
    wrong("clip_grad_norm", always_type_2, law="agreement"),
    wrong("clip_grad_norm", type_inf_without_sign, law="agreement"),
    wrong("clip_grad_norm", type_minus_inf_is_inf, law="agreement"),
    wrong("clip_grad_norm", type_0_counts_elements, law="agreement"),
    wrong("clip_grad_norm", norm_of_the_clipped, law="agreement"),
    wrong("clip_grad_norm", clipped_by_value, law="clipped_norm_is_bounded"),
    wrong("clip_grad_norm", divided_by_the_number_of_elements, law="agreement"),
    wrong("clip_grad_norm", nonfinite_not_refused, law="rejection"),
    wrong("clip_grad_norm", infinities_counted_as_0, law="special_values"),
    wrong_forward("clip_grad_norm", scaled_in_place, law="purity"),
    wrong_forward("clip_grad_norm", unclipped_as_they_are, law="purity"),
)
