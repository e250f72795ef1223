"""Variants: cases that a kernel may have answered in place of its own, with an option or an array changed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..case import Case
from ..oracle import Oracle
from ..tree import Array, Tree, leaves

Variant = Callable[[Case], Case | None]
"""The case as the kernel may have read it; None where that is the same case."""


def variants(
    cases: Sequence[Case], inputs: Sequence[str], outputs: Sequence[str]
) -> Iterator[tuple[str, Variant]]:
    """Every variant with its words: options at other values, then arrays left out or changed."""
    read = {
        name: list(dict.fromkeys(case.config[name] for case in cases if name in case.config))
        for name in cases[0].config
    }
    # What has few values is a switch; what has many is a size, which the arrays fix.
    for name, values in sorted(read.items(), key=lambda item: len(item[1])):
        for value in sorted(values, key=repr):
            yield f"{name}={value!r}", _with_option(name, value)
        if any(isinstance(value, tuple) for value in values):
            yield f"{name} reversed", _with_reversed(name)
        if {True, False} == set(values):
            yield f"{name} taken for its opposite", _with_opposite(name)
    for i, name in enumerate(inputs):
        yield f"{name} left out", _with_input(i, lambda _: None)
        yield from ((f"{name} {words}", _with_input(i, change)) for words, change in CHANGES.items())
    for kind in dict.fromkeys(_kind(name) for case in cases for name in case.params):
        yield f"{kind} left out", _with_params(kind, lambda _: None)
        yield from ((f"{kind} {words}", _with_params(kind, change)) for words, change in CHANGES.items())
    yield "params exchanged: the last first", _with_exchanged
    for i, name in enumerate(outputs):
        yield f"the cotangent of {name} taken for zero", _with_cotangent(i, np.zeros_like)
        yield f"the cotangent of {name} taken for ones", _with_cotangent(i, np.ones_like)


CHANGES: Mapping[str, Callable[[Array], Array | None]] = {
    "taken for zero": np.zeros_like,
    "taken for one": np.ones_like,
    "doubled": lambda a: 2 * a,
    "with the opposite sign": lambda a: -a,
    "transposed": lambda a: a.swapaxes(-1, -2).reshape(a.shape) if a.ndim > 1 else None,
    "flipped along axis 0": lambda a: np.flip(a, 0) if a.ndim else None,
    "flipped along axis -1": lambda a: np.flip(a, -1) if a.ndim > 1 else None,
    "flipped along axes -2 and -1": lambda a: np.flip(a, (-2, -1)) if a.ndim > 1 else None,
    "rounded to float16": lambda a: a.astype(np.float16).astype(a.dtype),
    "rounded to integers": np.round,
}


def evaluated(case: Case) -> Oracle | None:
    """The reference's answers to a changed case; None where it is refused."""
    found = Oracle(case)
    try:
        shapes = [None if leaf is None else leaf.shape for _, leaf in leaves(found.output)]
        if shapes != [None if leaf is None else leaf.shape for _, leaf in leaves(case.cotangent)]:
            found = Oracle(replace(case, cotangent=None))
        if _has_empty_windows(case):
            return None
        _ = found.output, found.cotangents
    except Exception:  # whatever torch raises on what is invalid
        return None
    return found


def _has_empty_windows(case: Case) -> bool:
    """Whether a window of a max pool lies in the padding: PyTorch's pullback then writes beyond its memory."""
    if case.operation != "max_pool2d":
        return False
    forward = replace(case, config={**case.config, "return_indices": True}, cotangent=None)
    (_, index), (x,) = Oracle(forward).output, case.inputs  # type: ignore[misc]
    assert isinstance(index, np.ndarray) and x is not None
    return bool(((index < 0) | (index >= x.shape[-2] * x.shape[-1])).any())


def _with_option(name: str, value: Any) -> Variant:
    def variant(case: Case) -> Case | None:
        if name not in case.config or (type(case.config[name]), case.config[name]) == (type(value), value):
            return None
        return replace(case, config={**case.config, name: value})

    return variant


def _with_reversed(name: str) -> Variant:
    def variant(case: Case) -> Case | None:
        value = case.config.get(name)
        return _with_option(name, value[::-1])(case) if isinstance(value, tuple) else None

    return variant


def _with_opposite(name: str) -> Variant:
    def variant(case: Case) -> Case | None:
        value = case.config.get(name)
        return _with_option(name, not value)(case) if isinstance(value, bool) else None

    return variant


def _with_input(index: int, change: Callable[[Array], Array | None]) -> Variant:
    def variant(case: Case) -> Case | None:
        given = case.inputs[index] if index < len(case.inputs) else None
        if given is None or given.dtype.kind != "f":
            return None
        changed = change(given)
        return replace(case, inputs=(*case.inputs[:index], changed, *case.inputs[index + 1 :]))

    return variant


def _kind(name: str) -> str:
    """`weight_hh` for the recurrent weights of all layers and directions; any other name is its own kind."""
    return re.sub(r"_l\d+(_reverse)?$", "", name)


def _with_params(kind: str, change: Callable[[Array], Array | None]) -> Variant:
    def variant(case: Case) -> Case | None:
        if not any(_kind(name) == kind for name in case.params):
            return None
        changed = {name: change(a) if _kind(name) == kind else a for name, a in case.params.items()}
        return replace(case, params={name: array for name, array in changed.items() if array is not None})

    return variant


def _with_exchanged(case: Case) -> Case | None:
    values = list(case.params.values())
    if len(values) < 2 or len({value.shape for value in values}) > 1:
        return None
    return replace(case, params=dict(zip(case.params, reversed(values), strict=True)))


def _with_cotangent(index: int, change: Callable[[Array], Array]) -> Variant:
    def variant(case: Case) -> Case | None:
        found = [leaf for _, leaf in leaves(case.cotangent)]
        if index >= len(found) or found[index] is None:
            return None
        return replace(case, cotangent=_changed(case.cotangent, iter(range(len(found))), index, change))

    return variant


def _changed(tree: Tree, places: Iterator[int], index: int, change: Callable[[Array], Array]) -> Tree:
    if isinstance(tree, tuple):
        return tuple(_changed(branch, places, index, change) for branch in tree)
    if isinstance(tree, dict):
        return {key: _changed(tree[key], places, index, change) for key in sorted(tree)}
    return change(tree) if next(places) == index and tree is not None else tree
