"""A model judged like an operation: a recorded run composes its kernel of a backend's kernels."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..backend import Backend, Failure
from ..graph import Composed, Graph, Shape, compose
from ..operation import Operation
from ..tree import Array


@dataclass(frozen=True, kw_only=True)
class ModelOperation(Operation):
    """`reference/models/<name>.py`, judged as one operation.

    `parts` are the operations it is composed of, `loss` the one that it is trained with.
    """

    parts: tuple[str, ...]
    loss: str
    profile: str = "models"

    @property
    def needs(self) -> tuple[str, ...]:
        """The kernels that judging it loads."""
        return (*self.parts, self.loss)

    def kernel(self, backend: Backend) -> Composed | Failure:
        """The model on a backend's kernels."""

        def graph_of(inputs: tuple[Array | None, ...], config: Mapping[str, Any]) -> Graph:
            shapes = tuple(None if array is None else array.shape for array in inputs)
            return recorded(self.name, tuple(config.items()), shapes)

        return compose(self.name, backend, self.parts, graph_of)


@lru_cache(maxsize=256)
def recorded(name: str, config: tuple[tuple[str, Any], ...], shapes: tuple[Shape | None, ...]) -> Graph:
    """The graph of a reference model for floating inputs of these shapes."""
    import torch

    from ..case import Case
    from ..recorder import record
    from ..specification import build

    module = build(Case(operation=name, dtype="float64", config=dict(config)))
    inputs = [None if shape is None else torch.zeros(shape, dtype=torch.float64) for shape in shapes]
    return record(module, inputs)
