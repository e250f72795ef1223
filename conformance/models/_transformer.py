"""What transformers draw: sizes, and parameters of layers that keep sums of order 1."""

from collections.abc import Mapping

from ..drawing import Draw
from ..tree import Array

HEADS = ((1, 3), (2, 2), (1, 4), (2, 3), (3, 2))
"""Heads and features of each: three features or more together, of which a normalisation leaves something."""


def drawn(draw: Draw, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Matrices whose products are of order 1, and vectors; the weights of normalisations are off zero."""
    return {
        name: draw.off_zero(shape, 0.25)
        if "norm" in name and name.endswith("weight")
        else draw.tensor(shape, 0.125 if len(shape) == 2 else 0.25)
        for name, shape in shapes.items()
    }


def named(prefix: str, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Shapes of the params of a part."""
    return {f"{prefix}.{name}": shape for name, shape in shapes.items()}


def affine(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    """The shapes of a dense layer."""
    return named(name, {"weight": (outputs, inputs), "bias": (outputs,)})


def norm(name: str, features: int) -> dict[str, tuple[int, ...]]:
    """The shapes of a layer normalisation."""
    return named(name, {"weight": (features,), "bias": (features,)})
