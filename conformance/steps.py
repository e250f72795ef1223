"""Several steps of PyTorch's optimiser in float64, and their spread under rounding."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from .case import Case
from .noise import Noise, injected
from .oracle import MORE_RUNS, RUNS, root_mean_square
from .specification import build
from .tree import Array, Tree, leaves


class Steps:
    """The steps from a case's params and state, each with gradients of its own, in the order of the case's."""

    def __init__(self, case: Case, gradients: Sequence[Sequence[Array]]) -> None:
        self._case, self._gradients = case, gradients

    @cached_property
    def output(self) -> Tree:
        """Params and state after the last step."""
        return self._taken()

    def spreads(self, careful: bool) -> list[Array | None]:
        """The spread of every leaf of the output over noisy runs (see oracle.Spread)."""
        return list(self._careful_spread if careful else self._spread)

    @cached_property
    def _spread(self) -> list[Array | None]:
        return self._noisy(RUNS)

    @cached_property
    def _careful_spread(self) -> list[Array | None]:
        return self._noisy(MORE_RUNS)

    def _noisy(self, runs: int) -> list[Array | None]:
        """The larger spread of two: of steps with errors of their own, and of such as err alike in every step.

        Errors repeat where steps do: a coefficient is rounded once for all, and what is added to a far larger
        number is rounded the same way again and again.
        """
        alike, apart = (self._spreads_of(runs, repeated=repeated) for repeated in (True, False))
        return [
            None if one is None or other is None else np.fmax(one, other)
            for one, other in zip(alike, apart, strict=True)
        ]

    def _spreads_of(self, runs: int, *, repeated: bool) -> list[Array | None]:
        pairs = zip(leaves(self._taken(runs, repeated=repeated)), leaves(self.output), strict=True)
        with np.errstate(invalid="ignore", over="ignore"):
            return [
                # A count of steps is a number, the same in all runs.
                None
                if many is None or one is None or many.shape == one.shape
                else root_mean_square(many - one, 0) / injected(self._case.dtype)
                for (_, many), (_, one) in pairs
            ]

    def _noise(self) -> Noise:
        return Noise(sum(map(ord, repr(self._case.config))), self._case.dtype)

    def _taken(self, runs: int | None = None, *, repeated: bool = False) -> Tree:
        """Params and state after the last step; of several runs, each has a place along a first dimension.

        A step is elementwise, so that runs lie beside one another as more elements of every param. Their errors
        are other ones in every step unless they are `repeated`.
        """
        noise = self._noise()

        def tensor(array: Array, *, count: bool = False) -> Tensor:
            wide = np.asarray(array, dtype=np.float64)
            return torch.from_numpy(np.array(wide if runs is None or count else np.stack([wide] * runs)))

        case = self._case
        names, parts = case.mappings
        first = len(names)
        params = {name: tensor(array) for name, array in case.params.items()}
        state = {
            key: tensor(array, count=first + i in case.counts)
            for i, (key, array) in enumerate(zip(parts, case.inputs[first:], strict=True))
            if array is not None
        }
        module = build(case)
        for arrays in self._gradients:
            gradients = {name: tensor(array) for name, array in zip(names, arrays, strict=True)}
            if runs is None:
                params, state = module(params, gradients, state)
            else:
                noise = self._noise() if repeated else noise
                with noise:
                    params, state = module(params, gradients, state)
        return _arrays(params), _arrays(state)


def _arrays(mapping: Mapping[str, Tensor]) -> Tree:
    return {name: tensor.numpy() for name, tensor in mapping.items()}
