"""Parameters and inputs of deep networks: of a size that lets a signal through all layers, and no two alike.

Each number is a drawn one, as everywhere, and one that belongs to its place alone, in equal shares. Drawn alone,
they would be equal or zero in whole tensors now and then, and the sums that feed a ReLU or a maximum would be
zeros and ties; and there would be a string of bytes for each of hundreds of tensors.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import LENGTH, Draw
from ..tree import Array

STRINGS = 6
"""Strings of bytes that all tensors of a case are made of."""


def mode(draw: Draw) -> dict[str, Any]:
    """Training, where a dropout cannot be recorded and is 0, or evaluation, where it may be anything."""
    training = draw.boolean()
    return {"dropout": 0.0 if training else draw.choice((0.0, 0.5)), "training": training}


class Deep:
    """Draws the tensors of one case; `draw` has drawn its structure before."""

    def __init__(self, draw: Draw) -> None:
        self._dtype = draw.dtype
        self._contents = [_standardised(draw.tensor((LENGTH,))) for _ in range(STRINGS)]
        self._count = 0

    def numbers(self, shape: Sequence[int], scale: float = 1.0, offset: float = 0.0) -> Array:
        """Numbers around `offset`, `scale` their standard deviation."""
        k, place = self._count, np.arange(math.prod(shape))
        self._count += 1
        # An odd factor permutes the places of a string.
        drawn = self._contents[k % STRINGS][(place * (2 * k + 1) + 11 * k) % LENGTH]
        own = np.random.default_rng(k).uniform(-math.sqrt(3), math.sqrt(3), len(place))
        mixed = offset + scale * (drawn + own) / math.sqrt(2)
        return np.asarray(mixed.reshape(tuple(shape)), dtype=self._dtype)

    def params(self, operation: str, config: Mapping[str, Any]) -> dict[str, Array]:
        """The state_dict of a model: weights as He et al. 2015 begin with, statistics as training leaves them."""
        return {name: self._param(name, shape) for name, shape in _state(operation, tuple(config.items()))}

    def _param(self, name: str, shape: tuple[int, ...]) -> Array:
        kind = name.rpartition(".")[2]
        if kind == "num_batches_tracked":
            return np.array(3)
        if kind == "running_var":
            return np.asarray(0.5 + np.abs(self.numbers(shape)), dtype=self._dtype)
        if kind == "weight" and len(shape) > 1:
            return self.numbers(shape, math.sqrt(2 / math.prod(shape[1:])))
        if kind == "running_mean":
            return self.numbers(shape, 0.25)
        # Of a normalisation; and biases, above zero, so that no layer of a few units is dead.
        return self.numbers(shape, 0.25, 1.0 if kind == "weight" else 0.5)


def _standardised(content: Array) -> Array:
    numbers: Array = content - np.mean(content, dtype=np.float64)
    spread = float(numbers.std())
    return numbers / spread if spread else numbers


@lru_cache(maxsize=256)
def _state(operation: str, config: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The names and shapes of a model's state_dict."""
    from ..specification import build

    module = build(Case(operation=operation, dtype="float64", config=dict(config)))
    return tuple((name, tuple(tensor.shape)) for name, tensor in module.state_dict().items())
