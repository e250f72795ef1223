"""Parameters of recurrent networks, and contents that keep what feeds a relu away from zero."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..drawing import Draw, Reach
from ..tree import Array
from ._between_layers import drops

SIGNIFICAND = 2**24
"""Integers below it are exact in either dtype."""

WEIGHTS = Reach(rows=((1.0, 0.0), (0.1, 0.0), (4.0, 0.0), (1e-3, 0.0)), whole=((1.0, 0.0), (0.1, 0.0)))
"""For each unit another scale."""

BIASES = Reach(
    rows=((1.0, 0.0), (0.1, 0.0), (1.0, 32.0), (1.0, 0.0), (1.0, -100.0), (1e-3, 0.0)),
    whole=((1.0, 0.0), (0.1, 0.0)),
)
"""Some units are saturated."""

SEQUENCES = Reach(
    rows=((1.0, 0.0), (10.0, 0.0), (0.1, 0.0), (100.0, 0.0), (1e-4, 0.0)),
    whole=((8.0, 0.0), (1e-4, 0.0), (1e-15, 0.0)),
)
"""For the steps of a sequence, and for states."""


def generic(draw: Draw, config: Mapping[str, Any]) -> dict[str, Array]:
    """All parameters generic, with sums of order 1; under stress some units saturate."""
    return {
        name: draw.tensor(shape, _moderate(shape[-1]), WEIGHTS)
        if name.startswith("weight")
        else draw.tensor(shape, 1 / 8, BIASES, row=0)
        for name, shape in shapes(config).items()
    }


def cells(config: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Layer and suffix of each cell, in the order of h_0."""
    directions = ("", "_reverse") if config["bidirectional"] else ("",)
    return [(layer, direction) for layer in range(config["num_layers"]) for direction in directions]


def shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The state_dict's shapes by name."""
    hidden_size = config["hidden_size"]
    found: dict[str, tuple[int, ...]] = {}
    for layer, direction in cells(config):
        width = hidden_size * (1 + config["bidirectional"]) if layer else config["input_size"]
        found[f"weight_ih_l{layer}{direction}"] = (hidden_size, width)
        found[f"weight_hh_l{layer}{direction}"] = (hidden_size, hidden_size)
        if config["bias"]:
            found[f"bias_ih_l{layer}{direction}"] = (hidden_size,)
            found[f"bias_hh_l{layer}{direction}"] = (hidden_size,)
    return found


def _moderate(fan_in: int) -> float:
    """A scale of weights that leaves most units a derivative."""
    return 1 / 8 if fan_in <= 3 else 1 / 16 if fan_in <= 16 else 1 / 64


def lattice(draw: Draw, config: Mapping[str, Any]) -> dict[str, Array]:
    """Even weights and an odd sum of biases: with integer inputs every sum is an odd integer, of either sign."""
    params = {}
    for name, shape in shapes(config).items():
        if name.startswith("weight"):
            params[name] = np.array((2, -2, 4, -4), dtype=draw.dtype)[draw.classes(shape, 4)]
        else:
            params[name] = 2 * draw.tensor(shape) + name.startswith("bias_hh")
    return params


def largest_sum(config: Mapping[str, Any], steps: int) -> int:
    """A bound on every sum of a `lattice` whose inputs are at most 8, with dropout that is `whole`."""
    inputs, width, hidden_size = 8, config["input_size"], config["hidden_size"]
    for _ in range(config["num_layers"]):
        state = 8
        for _ in range(steps):
            state = 4 * (width * inputs + hidden_size * state) + 33
        inputs, width = state * (4 if drops(config) else 1), hidden_size * (1 + config["bidirectional"])
    return int(inputs)


def one_sign(draw: Draw, config: Mapping[str, Any], scale: float) -> dict[str, Array]:
    """All that feeds a unit has one sign (positive for the first): with positive inputs nothing cancels."""
    params: dict[str, Array] = {}
    signs: dict[str, Array] = {}
    for name, shape in shapes(config).items():
        cell = name.split("_l")[1]
        if cell not in signs:
            signs[cell] = 1 - 2 * draw.classes((config["hidden_size"],), 2)
            signs[cell][0] = 1
        sign = signs[cell].astype(draw.dtype).reshape(-1, *(1,) * (len(shape) - 1))
        params[name] = sign * np.abs(draw.off_zero(shape, scale, WEIGHTS))
    return params
