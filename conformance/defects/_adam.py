"""Mistakes that a step of adam and one of adamw have in common."""

from typing import Any

import numpy as np
import torch

from ._adam_directions import adam, of_adam, shrunk
from ._right import Params, right_forward

forward = right_forward("adam")


def betas_exchanged(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The average of the gradients decays with the second beta, that of the squares with the first."""
    return adam(params, gradients, state, **{**of_adam(config), "betas": config["betas"][::-1]})


def one_beta_for_both(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Both averages decay with the first beta."""
    return adam(params, gradients, state, **{**of_adam(config), "betas": (config["betas"][0],) * 2})


def maximize_ignored(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """It always descends."""
    return adam(params, gradients, state, **{**of_adam(config), "maximize": False})


def step_not_counted(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The count of steps comes back as it was."""
    stepped, kept = adam(params, gradients, state, **of_adam(config))
    return stepped, {
        key: value - 1 if key.rpartition(".")[2] == "step" else value for key, value in kept.items()
    }


def one_count_for_all(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The count of the first param is everyone's."""
    counts = [state[key] for key in (f"{name}.step" for name in params) if key in state]
    shared = {key: counts[0] if key.rpartition(".")[2] == "step" else value for key, value in state.items()}
    return adam(params, gradients, shared, **of_adam(config))


def averages_of_another_param(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Averages are matched with params by their order, not by name, where their shapes allow it."""
    keys = [f"{name}.exp_avg" for name in params]
    found = [state[key] for key in sorted(keys) if key in state]
    if len(found) == len(keys) and all(
        state[key].shape == m.shape for key, m in zip(keys, found, strict=True)
    ):
        state = {**state, **dict(zip(keys, found, strict=True))}
    return adam(params, gradients, state, **of_adam(config))


def averages_begin_with_the_gradient(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Without a state the average is the first gradient, as a momentum is; it is corrected all the same."""
    config = of_adam(config)
    decayed = config["weight_decay"] if not config["decoupled_weight_decay"] else 0
    sign = -1 if config["maximize"] else 1
    begun = dict(state)
    for name, param in params.items():
        if f"{name}.step" not in state:
            gradient = sign * gradients[name] + decayed * param
            begun[f"{name}.step"] = param.new_zeros(())
            begun[f"{name}.exp_avg"] = gradient
            begun[f"{name}.exp_avg_sq"] = gradient**2
            if config["amsgrad"]:
                begun[f"{name}.max_exp_avg_sq"] = 0 * param
    return adam(params, gradients, begun, **config)


def maximum_not_used(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """With amsgrad the maximum is kept, and the step divides by the average as without."""
    config = of_adam(config)
    stepped, kept = adam(params, gradients, state, **config)
    if config["amsgrad"]:
        plain = {key: value for key, value in state.items() if not key.endswith(".max_exp_avg_sq")}
        stepped, _ = adam(params, gradients, plain, **{**config, "amsgrad": False})
    return stepped, kept


def maximum_of_the_corrected(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """With amsgrad the averages are corrected first, as in the paper's text, and the greatest is kept."""
    config = of_adam(config)
    stepped, kept = adam(params, gradients, state, **config)
    if not config["amsgrad"]:
        return stepped, kept
    beta1, beta2 = config["betas"]
    for name, param in shrunk(params, config).items():
        t = kept[f"{name}.step"].item()
        corrected = kept[f"{name}.exp_avg_sq"] / (1 - beta2**t)
        greatest = torch.maximum(state.get(f"{name}.max_exp_avg_sq", 0 * corrected), corrected)
        kept[f"{name}.max_exp_avg_sq"] = greatest
        m = kept[f"{name}.exp_avg"] / (1 - beta1**t)
        stepped[name] = param - config["lr"] * m / (greatest.sqrt() + config["eps"])
    return stepped, kept


def maximum_goes_on(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """With amsgrad the average of squares goes on from its maximum."""
    stepped, kept = adam(params, gradients, state, **of_adam(config))
    for name in params:
        if config["amsgrad"]:
            kept[f"{name}.exp_avg_sq"] = kept[f"{name}.max_exp_avg_sq"].clone()
    return stepped, kept


def average_updated_in_place(params: Any, gradients: Any, state: Any, **config: Any) -> Any:
    """The averages passed in are written over."""
    stepped, kept = forward(params, gradients, state, **of_adam(config))
    for key, value in kept.items():
        if key in state and state[key].flags.writeable:
            state[key][...] = value
    return stepped, kept


def count_is_an_integer(params: Any, gradients: Any, state: Any, **config: Any) -> Any:
    """The count of steps comes back as int64."""
    stepped, kept = forward(params, gradients, state, **of_adam(config))
    return stepped, {
        key: value.astype(np.int64) if key.rpartition(".")[2] == "step" else value
        for key, value in kept.items()
    }


def missing_gradient_is_zero(params: Any, gradients: Any, state: Any, **config: Any) -> Any:
    """A param without a gradient is taken to have a gradient of zero."""
    whole = {name: gradients.get(name, 0 * param) for name, param in params.items()}
    return forward(params, whole, state, **of_adam(config))


AGREEMENT = (
    betas_exchanged,
    one_beta_for_both,
    maximize_ignored,
    step_not_counted,
    one_count_for_all,
    averages_of_another_param,
    averages_begin_with_the_gradient,
    maximum_not_used,
    maximum_of_the_corrected,
    maximum_goes_on,
)
