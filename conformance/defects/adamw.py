"""Wrong steps of AdamW."""

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

adamw = right("adamw")
adam = right("adam")


def decay_in_the_gradient(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The weight decay is added to the gradient, as Adam's is, and enters the averages."""
    return adam(params, gradients, state, **config, decoupled_weight_decay=False)


def decay_without_lr(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Params shrink by the weight decay, not by lr times that, as the paper has it."""
    small = {name: (1 - config["weight_decay"]) * param for name, param in params.items()}
    return adamw(small, gradients, state, **{**config, "weight_decay": 0.0})


def decay_after_the_step(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The params shrink after the step, and the step with them."""
    stepped, kept = adamw(params, gradients, state, **{**config, "weight_decay": 0.0})
    factor = 1 - config["lr"] * config["weight_decay"]
    return {name: factor * param for name, param in stepped.items()}, kept


def decay_turned_by_maximize(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Maximizing turns the weight decay, too, so that the weights grow."""
    if not config["maximize"]:
        return adamw(params, gradients, state, **config)
    factor = 1 + config["lr"] * config["weight_decay"]
    grown = {name: factor * param for name, param in params.items()}
    return adamw(grown, gradients, state, **{**config, "weight_decay": 0.0})


def decay_ignored(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """It is Adam without a weight decay."""
    return adamw(params, gradients, state, **{**config, "weight_decay": 0.0})


def state_forgotten(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Every step is the first one."""
    return adamw(params, gradients, {}, **config)


DEFECTS = (
    *(wrong("adamw", function, law="agreement") for function in (*DIRECTIONS, *AGREEMENT)),
    wrong("adamw", NARROW, law="agreement", dtypes=("float32",)),
    wrong("adamw", decay_in_the_gradient, law="agreement"),
    wrong("adamw", decay_without_lr, law="agreement"),
    wrong("adamw", decay_after_the_step, law="agreement"),
    wrong("adamw", decay_turned_by_maximize, law="agreement"),
    wrong("adamw", decay_ignored, law="agreement"),
    wrong("adamw", state_forgotten, law="ten_steps"),
    wrong_forward("adamw", average_updated_in_place, law="purity"),
    wrong_forward("adamw", count_is_an_integer, law="shape_and_dtype"),
    wrong_forward("adamw", missing_gradient_is_zero, law="rejection"),
)
