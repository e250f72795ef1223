"""A recorded model taken apart: every operation in it as a case of its own, with what reaches it in PyTorch.

The inputs of a node are the reference's, never a backend's, and so is the cotangent of its output: an error is
blamed once, on the operation where it arises.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .case import Case
from .eager import eager_kernel
from .graph import Call, Cotangents, Graph, gather, scatter
from .operation import Operation
from .tree import Array, Tree, is_floating, map_leaves
from .verdict import Status, Verdict

LAWS = ("shape_and_dtype", "agreement", "vjp")
"""What is asked of a node: its output, and its gradient where one reaches it."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A node as a case; `pulled` says whether a cotangent reaches it."""

    call: Call
    case: Case
    pulled: bool


def steps(
    graph: Graph, params: Mapping[str, Array], inputs: Sequence[Array | None], *, dtype: str, seed: int
) -> tuple[Step, ...]:
    """The operations of a graph in order, their arguments and cotangents from torch in float64.

    The cotangent of the model's output is drawn with `seed`.
    """
    random = np.random.default_rng(seed)
    kernels = {name: eager_kernel(name) for name in graph.operations}
    values = graph.start(
        {name: _as(array, "float64") for name, array in params.items()},
        tuple(None if array is None else _as(array, "float64") for array in inputs),
    )
    pulls = [(node, node.trace(values, kernels)) for node in graph.nodes]
    cotangents = Cotangents()

    def drawn(slots: Any) -> Tree:
        if slots is None:
            return None
        if isinstance(slots, tuple):
            return tuple(drawn(branch) for branch in slots)
        value = values[slots]
        return random.standard_normal(value.shape) if is_floating(value) else None

    scatter(graph.output, drawn(graph.output), cotangents)
    found: list[Step] = []
    for node, pull in reversed(pulls):
        if isinstance(node, Call):
            pulled = any(slot in cotangents.found for slot in node.writes())
            found.append(_step(node, values, gather(node.outputs, cotangents, values), pulled, dtype))
        pull(cotangents)
    return tuple(reversed(found))


def asked(step: Step, operation: Operation) -> tuple[str, ...]:
    """The laws that apply to a node."""
    from .selection import laws_of

    applying = [law for law in laws_of(operation) if step.pulled or not law.needs_vjp]
    return tuple(law.name for law in applying if law.name in LAWS)


def conforms(verdict: Verdict) -> bool:
    """Whether a node's verdict is none against the backend: a gradient of zeros has nothing to say."""
    return verdict.status.conforms or verdict.status == Status.VACUOUS


def _step(node: Call, values: list[Any], cotangent: Tree, pulled: bool, dtype: str) -> Step:
    def laid(slot: int) -> Array:
        return _as(values[slot], dtype)

    case = Case(
        operation=node.operation,
        dtype=dtype,
        config=node.config,
        params={name: laid(slot) for name, slot in node.params.items()},
        inputs=tuple(None if slot is None else laid(slot) for slot in node.inputs),
        cotangent=map_leaves(lambda leaf: _as(leaf, dtype), cotangent),
        regime="model",
    )
    return Step(call=node, case=case, pulled=pulled)


def _as(array: Array, dtype: str) -> Array:
    """A fresh, C-contiguous array; integers keep their dtype."""
    return np.array(array, dtype=dtype if is_floating(array) else None, order="C")
