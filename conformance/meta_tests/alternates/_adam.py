"""Steps of Adam with the averages corrected one by one, and with all corrections in the step size."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Params

Step = tuple[dict[str, Array], dict[str, Array]]


def _averages(
    param: Array,
    gradient: Array,
    state: Params,
    name: str,
    config: dict[str, Any],
    average: Callable[..., Any],
) -> tuple[Array, dict[str, Array]]:
    """The param after a decoupled decay, and its new state; `average(old, new, beta)` blends."""
    decoupled = config.get("decoupled_weight_decay", True)
    gradient = np.negative(gradient) if config["maximize"] else gradient
    decay = config["weight_decay"]
    if not decoupled:
        gradient = decay * param + gradient
    beta1, beta2 = config["betas"]
    zero = np.zeros_like(param)
    kept = {
        f"{name}.step": np.asarray(state.get(f"{name}.step", zero.dtype.type(0)) + zero.dtype.type(1)),
        f"{name}.exp_avg": average(state.get(f"{name}.exp_avg", zero), gradient, beta1),
        f"{name}.exp_avg_sq": average(state.get(f"{name}.exp_avg_sq", zero), np.square(gradient), beta2),
    }
    if config["amsgrad"]:
        old = state.get(f"{name}.max_exp_avg_sq", zero)
        new = kept[f"{name}.exp_avg_sq"]
        kept[f"{name}.max_exp_avg_sq"] = np.where(new > old, new, old)
    return param - config["lr"] * decay * param if decoupled else param, kept


def _second(kept: dict[str, Array], name: str, config: dict[str, Any]) -> Array:
    return kept[f"{name}.max_exp_avg_sq" if config["amsgrad"] else f"{name}.exp_avg_sq"]


def _moved(old: Array, new: Array, beta: float) -> Array:
    """An average moved towards what is new, from the nearer side."""
    return old + (1 - beta) * (new - old) if beta > 0.5 else new - beta * (new - old)


def _blended(old: Array, new: Array, beta: float) -> Array:
    return (1 - beta) * new + beta * old


def corrected_one_by_one(params: Params, gradients: Params, state: Params, **config: Any) -> Step:
    """As the paper writes it: both averages are corrected, then divided; averages move towards what is new."""
    stepped, kept = {}, {}
    beta1, beta2 = config["betas"]
    for name, param in params.items():
        param, mine = _averages(param, gradients[name], state, name, config, _moved)
        t = float(mine[f"{name}.step"])
        m = mine[f"{name}.exp_avg"] / (1 - beta1**t)
        v = _second(mine, name, config) / (1 - beta2**t)
        stepped[name] = param - config["lr"] * (m / (np.sqrt(v) + config["eps"]))
        kept.update(mine)
    return stepped, kept


def corrected_in_the_step_size(params: Params, gradients: Params, state: Params, **config: Any) -> Step:
    """As the paper's more efficient form: lr has both corrections, and eps is made greater instead."""
    stepped, kept = {}, {}
    beta1, beta2 = config["betas"]
    for name, param in params.items():
        param, mine = _averages(param, gradients[name], state, name, config, _blended)
        t = float(mine[f"{name}.step"])
        root = math.sqrt(1 - beta2**t)
        rate = config["lr"] * root / (1 - beta1**t)
        size = np.sqrt(_second(mine, name, config)) + root * config["eps"]
        stepped[name] = param - (rate * mine[f"{name}.exp_avg"]) / size
        kept.update(mine)
    return stepped, kept
