"""What adam and adamw are asked with: all options, and a state of averages and counts."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..operation import Rejection
from ..tree import Array
from ._optimizers import LEARNED, known, rejected, shapes, tensors, wrong_mappings

LR = (0.1, 1e-3, 0.013, 1.0, 0.0)
BETAS = ((0.9, 0.999), (0.5, 0.75), (0.8, 0.95), (0.95, 0.6), (0.0, 0.9), (0.9, 0.0))
EPS = (1e-8, 1e-3, 0.1, 0.0)
WEIGHT_DECAY = (0.0, 0.013, 0.37)
"""Not such that the decay of one drawn number is another one: a gradient that the decay all but cancels has a
sign that is decided by rounding, and the first step is that sign."""

STEPS = (1, 2, 10, 0, 100, 1000)
"""Counts of earlier steps: near the first one the corrections are far from 1."""


def adams_case(draw: Draw, *, switched: bool = False) -> Case:
    """A step with all options: the first one, a later one, or one where a param is new.

    With `switched` there is an option by which the weight decay is decoupled.
    """
    sizes = shapes(draw)
    amsgrad, eps = draw.boolean(), draw.choice(EPS)
    options: dict[str, Any] = {
        "lr": draw.choice(LR),
        # Without eps nothing that is divided by may vanish, not even where a later gradient does.
        "betas": draw.choice(BETAS if eps else BETAS[:-1]),
        "eps": eps,
        "weight_decay": draw.choice((*WEIGHT_DECAY, *WEIGHT_DECAY[1:])),
        "amsgrad": amsgrad,
        "maximize": draw.boolean(),
    }
    if switched:
        options["decoupled_weight_decay"] = draw.boolean()
    params = tensors(draw, sizes)
    gradients = (
        tensors(draw, sizes)
        if eps
        else {name: draw.off_zero(shape, reach=LEARNED) for name, shape in sizes.items()}
    )
    state: dict[str, Array] = {}
    for name, shape in known(draw, sizes).items():
        state[f"{name}.step"] = np.array(draw.choice(STEPS), draw.dtype)
        state |= tensors(draw, {name: shape}, "exp_avg")
        state |= positive(draw, {name: shape}, "exp_avg_sq")
        if amsgrad:
            state |= positive(draw, {name: shape}, "max_exp_avg_sq")
    return draw.case(config=options, params=params, inputs=[gradients, state])


def positive(draw: Draw, sizes: Mapping[str, tuple[int, ...]], part: str = "") -> dict[str, Array]:
    """Arrays without zeros or signs, as averages of squares are."""
    return {
        name + (f".{part}" if part else ""): abs(draw.off_zero(shape, 0.5, LEARNED))
        for name, shape in sizes.items()
    }


PLAIN: Mapping[str, Any] = {
    "lr": 0.1,
    "betas": (0.9, 0.999),
    "eps": 1e-8,
    "weight_decay": 0.0,
    "amsgrad": False,
    "maximize": False,
}


def adams_rejections(config: Mapping[str, Any]) -> tuple[Rejection, ...]:
    """Options out of range, and gradients and state that are not those of the params."""
    two, count = np.array([0.25, 1.0]), np.array(2.0)
    averages = {"weight.step": count, "weight.exp_avg": two, "weight.exp_avg_sq": two}
    return (
        rejected("negative lr", {**config, "lr": -0.1}),
        rejected("negative eps", {**config, "eps": -1e-8}),
        rejected("negative weight decay", {**config, "weight_decay": -0.1}),
        rejected("a first beta of 1", {**config, "betas": (1.0, 0.999)}),
        rejected("a second beta of 1", {**config, "betas": (0.9, 1.0)}),
        rejected("a negative beta", {**config, "betas": (-0.1, 0.999)}),
        rejected("a beta that is an integer", {**config, "betas": (0, 0.999)}),
        rejected("averages without a count", config, state={"weight.exp_avg": two, "weight.exp_avg_sq": two}),
        rejected("a count without averages", config, state={"weight.step": count}),
        rejected("a count for every element", config, state={**averages, "weight.step": two}),
        rejected("amsgrad without its maximum", {**config, "amsgrad": True}, state=averages),
        rejected("a maximum without amsgrad", config, state={**averages, "weight.max_exp_avg_sq": two}),
        *wrong_mappings(config, ("step", "exp_avg", "exp_avg_sq")),
    )
