"""Params, gradients and state of an optimiser, one flat list of numbers for each name."""

from collections.abc import Mapping
from typing import Any

from ._arrays import Array, Params, to_lists

Step = tuple[dict[str, Array], dict[str, Array]]


def require_not_negative(name: str, value: float) -> None:
    """ValueError where an option is negative, or no number."""
    if not value >= 0.0:
        raise ValueError(f"{name} must not be negative, got {value}")


def gradient_of(params: Params, gradients: Params, name: str) -> Any:
    """Return the gradient of one param as a flat list; ValueError if its shape is not the param's."""
    if gradients[name].shape != params[name].shape:
        raise ValueError(
            f"the gradient of {name} has shape {gradients[name].shape}, not {params[name].shape}"
        )
    return to_lists(gradients[name], (params[name].size,))


def state_of(params: Params, state: Mapping[str, Array], name: str, part: str) -> Any:
    """Return a part of the state of one param, as flat a list; ValueError if it is not there or misshapen."""
    key = f"{name}.{part}"
    if key not in state:
        raise ValueError(f"the state of {name} has no {part}")
    if state[key].shape != params[name].shape:
        raise ValueError(f"{key} has shape {state[key].shape}, not {params[name].shape}")
    return to_lists(state[key], (params[name].size,))


def require_names(
    params: Params, gradients: Params, state: Mapping[str, Array], parts: tuple[str, ...]
) -> None:
    """ValueError where a gradient is missing or left over, or a state belongs to nothing."""
    for name in params:
        if name not in gradients:
            raise ValueError(f"{name} has no gradient")
    for name in gradients:
        if name not in params:
            raise ValueError(f"there is a gradient of {name}, which is no param")
    for key in state:
        name, _, part = key.rpartition(".")
        if name not in params or part not in parts:
            raise ValueError(f"there is a state {key}, which this step does not have")


def count_of(state: Mapping[str, Array], name: str) -> float:
    """Return how many steps a param has been through; ValueError if that is not there or no single number."""
    key = f"{name}.step"
    if key not in state:
        raise ValueError(f"the state of {name} has no step")
    if state[key].shape != ():
        raise ValueError(f"{key} has shape {state[key].shape}, not ()")
    return float(state[key])
