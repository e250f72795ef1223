"""A model judged like an operation: a recorded run composes its kernel of a backend's kernels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..backend import Backend, Failure
from ..graph import Composed, Graph, Shape, compose
from ..law import Law
from ..laws.determinism import determinism
from ..laws.directional_difference import directional_difference
from ..laws.memory_layout import memory_layout
from ..laws.pullback_is_linear import pullback_is_linear
from ..laws.purity import purity
from ..laws.zero_pulls_back_to_zero import zero_pulls_back_to_zero
from ..losses import LOSSES
from ..operation import Operation
from ..optimizer import CLIPPING
from ..optimizer import DEFAULTS as OPTIMIZERS
from ..tree import Array

INHERITED = frozenset(
    {
        *(determinism, directional_difference, memory_layout),
        *(pullback_is_linear, purity, zero_pulls_back_to_zero),
    }
)
"""Laws that a composition keeps where its kernels do, each of which is asked them by itself."""


@dataclass(frozen=True, kw_only=True)
class ModelOperation(Operation):
    """`reference/models/<name>.py`, judged as one operation.

    `parts` are the operations it is composed of, some of them perhaps with some options only; `loss` is the name
    of what it is trained with (see losses.py). Where its config has `training`, that is its mode; in training its
    output is (output, new statistics).
    """

    parts: tuple[str, ...]
    loss: str
    profile: str = "models"

    @property
    def needs(self) -> tuple[str, ...]:
        """The kernels that judging it loads: those of optimisers too, which a backend may lack."""
        return (*self.parts, LOSSES[self.loss].operation, *OPTIMIZERS, CLIPPING)

    def every(self, law: Law) -> int:
        """As of an operation; of a law that is inherited, the first of two at least."""
        return max(super().every(law), 2 if law.check in INHERITED else 1)

    def kernel(self, backend: Backend) -> Composed | Failure:
        """The model on a backend's kernels."""

        def graph_of(inputs: tuple[Array | None, ...], config: Mapping[str, Any]) -> Graph:
            return recorded(self.name, config, inputs)

        return compose(self.name, backend, self.parts, graph_of)


def recorded(name: str, config: Mapping[str, Any], inputs: Sequence[Array | None]) -> Graph:
    """The graph of a reference model for inputs of these shapes, in the mode that its config says.

    In training its output is (output, new running statistics), as the reference's is.
    """
    forms = tuple(
        None if x is None else (x.shape, "int64" if x.dtype.kind in "iu" else "float64") for x in inputs
    )
    return _recorded(name, tuple(config.items()), forms)


@lru_cache(maxsize=256)
def _recorded(
    name: str, config: tuple[tuple[str, Any], ...], forms: tuple[tuple[Shape, str] | None, ...]
) -> Graph:
    import torch

    from ..case import Case
    from ..recorder import record
    from ..specification import build

    module = build(Case(operation=name, dtype="float64", config=dict(config)))
    inputs = [None if form is None else torch.zeros(form[0], dtype=getattr(torch, form[1])) for form in forms]
    return record(module, inputs).with_updates()
