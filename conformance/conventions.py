"""Conventions that a backend declares, met in cases that were not made to keep away from them.

What the specification draws keeps off the points where value or derivative is a convention; a model's own numbers
do not. Where the backend declares another convention than PyTorch's, which the law `kinks` has judged, such an
element counts as right. All operations that have conventions to choose from are elementwise.
"""

from typing import Any

import numpy as np

from .backend import Declaration
from .case import Case
from .kernel import Kernel
from .operation import Kink, Operation
from .oracle import Oracle
from .tree import Array, Tree


def met(operation: Operation, declaration: Declaration, case: Case) -> dict[str, int]:
    """How many elements of a case a declared convention decides, by `relu.zero = one`."""
    found: dict[str, int] = {}
    for kink, convention in _declared(operation, declaration, case):
        values, slopes = _places(kink, convention, case)
        if (values | slopes).any():
            found[f"{operation.name}.{kink.name} = {convention}"] = int((values | slopes).sum())
    return found


def honouring(operation: Operation, kernel: Kernel, declaration: Declaration, case: Case) -> Kernel:
    """The kernel, for this case alone, with the reference's elements where a declared convention decides."""
    declared = [_places(*pair, case) for pair in _declared(operation, declaration, case)]
    if not any(values.any() or slopes.any() for values, slopes in declared):
        return kernel
    in_output, in_cotangent = (np.logical_or.reduce(places) for places in zip(*declared, strict=True))
    oracle = Oracle(case)

    def settled(output: Any) -> Any:
        return _settled(output, oracle.output, in_output)

    def forward(*args: Any, **config: Any) -> Any:
        assert kernel.forward is not None
        return settled(kernel.forward(*args, **config))

    def vjp(*args: Any, **config: Any) -> Any:
        assert kernel.vjp is not None
        # What is malformed stays so: it is judged behind this.
        result = kernel.vjp(*args, **config)
        if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
            return result

        def pullback(cotangent: Tree) -> Any:
            found = result[1](cotangent)
            if not (
                isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], tuple) and found[1]
            ):
                return found
            x, *others = found[1]
            return found[0], (_settled(x, oracle.cotangents.inputs[0], in_cotangent), *others)

        return settled(result[0]), pullback

    return Kernel(
        kernel.operation,
        None if kernel.forward is None else forward,
        None if kernel.vjp is None else vjp,
    )


def _declared(operation: Operation, declaration: Declaration, case: Case) -> list[tuple[Kink, str]]:
    """The kinks for which the backend has a convention, of the formula that the case asks for."""

    def applies(kink: Kink) -> bool:
        # A number, such as a slope, may be another one in the case; a word, such as a formula's name, not.
        return all(case.config[key] == word for key, word in kink.config.items() if isinstance(word, str))

    conventions = {
        kink.name: declaration.kinks.get(f"{operation.name}.{kink.name}") for kink in operation.kinks
    }
    return [
        (kink, convention)
        for kink in operation.kinks
        if (convention := conventions[kink.name]) is not None and applies(kink)
    ]


def _places(kink: Kink, convention: str, case: Case) -> tuple[Array, Array]:
    """Where in the case the convention has another value, and where another derivative, than PyTorch."""
    output, gradients = kink.alternatives[convention]
    pinned, declared = (None if g is None else g[0] for g in (kink.inputs_cotangents, gradients))
    return _like(kink, case, _other(kink.output, output)), _like(kink, case, _other(pinned, declared))


def _other(pinned: Tree, declared: Tree) -> Array:
    """Which elements of a kink's own arrays differ; zeros of either sign do not."""
    if not isinstance(pinned, np.ndarray) or not isinstance(declared, np.ndarray):
        return np.zeros(0, dtype=int)
    return np.flatnonzero(~((pinned == declared) | (np.isnan(pinned) & np.isnan(declared))))


def _like(kink: Kink, case: Case, elements: Array) -> Array:
    """Where the inputs of the case are those of the kink at one of these elements."""
    assert case.inputs[0] is not None
    found = np.zeros(case.inputs[0].shape, dtype=bool)
    for element in elements:
        here = np.ones(found.shape, dtype=bool)
        for pinned, given in zip(kink.inputs, case.inputs, strict=True):
            if pinned is not None:
                value = pinned.flat[element]
                here &= False if given is None else (given == value) | ((given != given) & (value != value))
        found |= here
    return found


def _settled(actual: Any, expected: Tree, places: Array) -> Any:
    """What a kernel returned, with the expected elements in some places."""
    if not isinstance(actual, np.ndarray) or actual.dtype.kind != "f" or actual.shape != places.shape:
        return actual
    assert isinstance(expected, np.ndarray)
    return np.asarray(np.where(places, expected.astype(actual.dtype), actual))
