"""A cell that is one step: its parameters are those of the first layer, its samples are rows."""

from collections.abc import Mapping
from typing import Any

from ..case import Case
from ..drawing import Draw
from ..operation import Samples
from ..tree import Array
from ._windows import large


def sizes(draw: Draw) -> tuple[int, int, tuple[int, ...]]:
    """Input size (rarely 0), hidden size and batch (in one case of four none); large in at most one of them."""
    found = large(draw, "input_size", "hidden_size", "batch")
    some = (1, 2, 3) if found else (1, 2, 3, 4, 5, 8)
    input_size = found.get("input_size", 0 if draw.rarely(30) else draw.choice(some))
    hidden_size = found.get("hidden_size", draw.choice(some))
    if draw.integer(0, 3) == 3 and not found:
        hidden_size = max(input_size, 1)
    if draw.integer(0, 3) == 3 and "batch" not in found:
        return input_size, hidden_size, ()
    return input_size, hidden_size, (found.get("batch", draw.size(5)),)


def one_layer(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config of the network of a single layer that takes such steps."""
    return {**config, "num_layers": 1, "bidirectional": False}


def as_cell(params: Mapping[str, Array]) -> dict[str, Array]:
    """The parameters of that network under the names that they have in a cell."""
    return {name.removesuffix("_l0"): array for name, array in params.items()}


def rows(case: Case) -> Samples:
    """Samples come first, in x and in states."""
    x = case.inputs[0]
    assert x is not None
    states = len(case.inputs) - 1
    return Samples(inputs=(0,) * (1 + states), outputs=(0,) * states, batched=x.ndim == 2)
