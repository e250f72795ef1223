"""Parameters of long short-term memories: four gates' rows in one matrix, and perhaps a projection."""

from collections.abc import Mapping
from typing import Any

from ..drawing import Draw
from ..tree import Array
from ._recurrent_params import BIASES, WEIGHTS, cells

GATES = 4
"""i, f, g and o."""


def layer_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The state_dict's shapes by name, of a network."""
    hidden, projected = config["hidden_size"], config["proj_size"]
    state = projected or hidden
    found: dict[str, tuple[int, ...]] = {}
    for layer, direction in cells(config):
        width = state * (1 + config["bidirectional"]) if layer else config["input_size"]
        found |= {
            f"{name}_l{layer}{direction}": shape
            for name, shape in _shapes(width, state, hidden, config["bias"]).items()
        }
        if projected:
            found[f"weight_hr_l{layer}{direction}"] = (projected, hidden)
    return found


def cell_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The state_dict's shapes by name, of a single cell."""
    hidden = config["hidden_size"]
    return _shapes(config["input_size"], hidden, hidden, config["bias"])


def _shapes(width: int, state: int, hidden: int, bias: bool) -> dict[str, tuple[int, ...]]:
    weights = {"weight_ih": (GATES * hidden, width), "weight_hh": (GATES * hidden, state)}
    return weights | (dict.fromkeys(("bias_ih", "bias_hh"), (GATES * hidden,)) if bias else {})


def gated(draw: Draw, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """All parameters generic, with sums of order 1; under stress some gates are open or shut for good."""
    return {
        name: draw.tensor(shape, _moderate(shape[-1]), WEIGHTS)
        if name.startswith("weight")
        else draw.tensor(shape, 1 / 8, BIASES, row=0)
        for name, shape in shapes.items()
    }


def _moderate(fan_in: int) -> float:
    """A scale of weights that leaves most gates a derivative."""
    return 1 / 8 if fan_in <= 3 else 1 / 16 if fan_in <= 16 else 1 / 64
