"""Parameters of multi-head attention: projections in one weight or in three, and a key that is added."""

from collections.abc import Mapping
from typing import Any

from ..drawing import Draw, Reach
from ..tree import Array

WEIGHTS = Reach(rows=((1.0, 0.0), (0.1, 0.0), (3.0, 0.0), (1e-3, 0.0)), whole=((1.0, 0.0), (0.1, 0.0)))
"""For each projected feature another scale."""

BIASES = Reach(
    rows=((1.0, 0.0), (0.1, 0.0), (1.0, 4.0), (1.0, -4.0), (1e-3, 0.0)),
    whole=((1.0, 0.0), (0.1, 0.0), (1.0, 4.0)),
)
"""Some features have one value for all positions, and little else."""


def shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The state_dict's shapes by name."""
    features = config["embed_dim"]
    kdim, vdim = (features if config[name] is None else config[name] for name in ("kdim", "vdim"))
    found: dict[str, tuple[int, ...]] = {}
    if kdim == vdim == features:
        found["in_proj_weight"] = (3 * features, features)
    else:
        found["q_proj_weight"] = (features, features)
        found["k_proj_weight"] = (features, kdim)
        found["v_proj_weight"] = (features, vdim)
    if config["bias"]:
        found["in_proj_bias"] = (3 * features,)
    found["out_proj.weight"] = (features, features)
    if config["bias"]:
        found["out_proj.bias"] = (features,)
    if config["add_bias_kv"]:
        found |= dict.fromkeys(("bias_k", "bias_v"), (1, 1, features))
    return found


def generic(draw: Draw, config: Mapping[str, Any]) -> dict[str, Array]:
    """All parameters generic, with sums of order 1, so that no key has all the weight."""
    return {
        name: draw.tensor(shape, _moderate(shape[-1]), WEIGHTS)
        if name.endswith("weight")
        else draw.tensor(shape, 1 / 4, BIASES, row=0)
        for name, shape in shapes(config).items()
    }


def _moderate(fan_in: int) -> float:
    return 1 / 8 if fan_in <= 4 else 1 / 16 if fan_in <= 16 else 1 / 64
