"""Parameters of gated recurrent units: three gates in each, one below the other."""

from collections.abc import Mapping
from typing import Any

from ..drawing import Draw
from ..tree import Array
from ._recurrent_params import BIASES, WEIGHTS, shapes


def gated_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The state_dict's shapes by name."""
    return {name: (3 * shape[0], *shape[1:]) for name, shape in shapes(config).items()}


def gated(draw: Draw, config: Mapping[str, Any]) -> dict[str, Array]:
    """All parameters generic, each gate's its own, with sums of order 1; under stress some gates saturate."""
    return {
        name: draw.tensor(shape, 1 / 4 if shape[-1] <= 3 else 1 / 8 if shape[-1] <= 16 else 1 / 64, WEIGHTS)
        if name.startswith("weight")
        else draw.tensor(shape, 1 / 8, BIASES, row=0)
        for name, shape in gated_shapes(config).items()
    }
