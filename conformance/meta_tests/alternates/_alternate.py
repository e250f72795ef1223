"""An alternate: a correct kernel that computes by another formula, or sums in another order, than PyTorch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from conformance.eager import eager_kernel
from conformance.kernel import Kernel
from conformance.tree import Array, Tree, map_leaves

Params: TypeAlias = Mapping[str, Array]
Cotangents: TypeAlias = tuple[dict[str, Array | None], tuple[Array | None, ...]]
Pullback: TypeAlias = Callable[[Any], Cotangents]
Vjp: TypeAlias = Callable[..., tuple[Tree, Pullback]]


@dataclass(frozen=True, kw_only=True)
class Alternate:
    """A correct kernel, which nobody may accuse; `name` says in which way it differs."""

    operation: str
    name: str
    kernel: Kernel


def alternate(operation: str, name: str, vjp: Vjp) -> Alternate:
    """`vjp(params, *inputs, **config) -> (output, pullback)` of arrays as a kernel that keeps the contract.

    What it may refuse it leaves to PyTorch, and it is handed copies in row-major order: here all is about
    arithmetic.
    """
    accepts = eager_kernel(operation).forward
    assert accepts is not None
    accepted: set[object] = set()

    def checked(params: Params, *inputs: Array | None, **config: Any) -> tuple[Tree, Pullback]:
        question = _question(params, inputs, config)
        if question not in accepted:
            accepts(params, *inputs, **config)
            accepted.add(question)
        given = {key: _copy(array) for key, array in params.items()}
        output, pull = vjp(given, *(None if array is None else _copy(array) for array in inputs), **config)

        def pullback(cotangent: Tree) -> Cotangents:
            with np.errstate(all="ignore"):
                of_params, of_inputs = pull(map_leaves(_copy, cotangent))
            return (
                {key: None if value is None else _copy(value) for key, value in of_params.items()},
                tuple(None if value is None else _copy(value) for value in of_inputs),
            )

        return map_leaves(_copy, output), pullback

    return Alternate(operation=operation, name=name, kernel=Kernel(operation, None, checked))


def _copy(array: Array) -> Array:
    return np.array(array, order="C")


def _question(params: Params, inputs: tuple[Array | None, ...], config: Mapping[str, Any]) -> object:
    """What PyTorch's refusal depends on: options, shapes, and the values of integers."""

    def facts(array: Array | None) -> object:
        return (
            None
            if array is None
            else (array.shape, array.dtype.str, array.dtype.kind == "i" and array.tobytes())
        )

    return (
        tuple(sorted((key, repr(value)) for key, value in config.items())),
        tuple((key, facts(array)) for key, array in sorted(params.items())),
        tuple(facts(array) for array in inputs),
    )


def alternate_step(operation: str, name: str, step: Callable[..., Any]) -> Alternate:
    """`step(params, gradients, state, **config)` of an optimiser; what it may refuse it leaves to PyTorch."""
    accepts = eager_kernel(operation).forward
    assert accepts is not None

    def forward(*mappings: Params, **config: Any) -> Tree:
        accepts(*mappings, **config)
        given = ({key: _copy(array) for key, array in mapping.items()} for mapping in mappings)
        return map_leaves(_copy, step(*given, **config))

    return Alternate(operation=operation, name=name, kernel=Kernel(operation, forward, None))
