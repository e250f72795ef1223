"""Wrong steps of Adam."""

from typing import Any

from ._adam import (
    AGREEMENT,
    average_updated_in_place,
    count_is_an_integer,
    missing_gradient_is_zero,
)
from ._adam_directions import DIRECTIONS, NARROW
from ._defect import wrong, wrong_forward
from ._right import Params, right

adam = right("adam")


def decay_always_decoupled(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The weight decay shrinks the params themselves, as AdamW's does, with the option as without."""
    return adam(params, gradients, state, **{**config, "decoupled_weight_decay": True})


def decay_never_decoupled(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The weight decay is part of the gradient, with decoupled_weight_decay as without."""
    return adam(params, gradients, state, **{**config, "decoupled_weight_decay": False})


def decay_both_ways(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """A decoupled weight decay is part of the gradient, too."""
    if config["decoupled_weight_decay"]:
        sign = -1 if config["maximize"] else 1
        decay = sign * config["weight_decay"]
        gradients = {name: g + decay * params[name] for name, g in gradients.items()}
    return adam(params, gradients, state, **config)


def weight_decay_turned_by_maximize(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The gradient is negated after the weight decay has been added, so that maximizing grows the weights."""
    if not config["maximize"] or config["decoupled_weight_decay"]:
        return adam(params, gradients, state, **config)
    decayed = {name: g + config["weight_decay"] * params[name] for name, g in gradients.items()}
    return adam(params, decayed, state, **{**config, "weight_decay": 0.0})


def state_forgotten(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Every step is the first one."""
    return adam(params, gradients, {}, **config)


DEFECTS = (
    *(wrong("adam", function, law="agreement") for function in (*DIRECTIONS, *AGREEMENT)),
    wrong("adam", NARROW, law="agreement", dtypes=("float32",)),
    wrong("adam", decay_always_decoupled, law="agreement"),
    wrong("adam", decay_never_decoupled, law="agreement"),
    wrong("adam", decay_both_ways, law="agreement"),
    wrong("adam", weight_decay_turned_by_maximize, law="agreement"),
    wrong("adam", state_forgotten, law="ten_steps"),
    wrong_forward("adam", average_updated_in_place, law="purity"),
    wrong_forward("adam", count_is_an_integer, law="shape_and_dtype"),
    wrong_forward("adam", missing_gradient_is_zero, law="rejection"),
)
