"""Nested tuples and mappings of arrays, as kernels return them, with a path for every leaf."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Tree: TypeAlias = "Array | None | tuple[Tree, ...] | dict[str, Tree]"


def leaves(tree: Tree, path: str = "output") -> Iterator[tuple[str, Array | None]]:
    """Yield (path, leaf) from left to right: `output`, or `output[0]`, `output[1][0]`, `output[1]['weight']`, ...

    The branches of a mapping come in the order of their keys: in which order they were put there means nothing.
    """
    if isinstance(tree, tuple):
        for position, branch in enumerate(tree):
            yield from leaves(branch, f"{path}[{position}]")
    elif isinstance(tree, dict):
        for key in sorted(tree):
            yield from leaves(tree[key], f"{path}[{key!r}]")
    else:
        yield path, tree


def map_leaves(function: Callable[[Array], Array], tree: Tree) -> Tree:
    """Apply `function` to every array of `tree`; None stays None."""
    if isinstance(tree, tuple):
        return tuple(map_leaves(function, branch) for branch in tree)
    if isinstance(tree, dict):
        return {key: map_leaves(function, tree[key]) for key in sorted(tree)}
    return None if tree is None else function(tree)


def structure(tree: Tree) -> str:
    """The nesting of `tree` in words: `array`, `(array, (array, None))`, `{weight: array}`."""
    if isinstance(tree, tuple):
        return "(" + ", ".join(structure(branch) for branch in tree) + ("," if len(tree) == 1 else "") + ")"
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {structure(tree[key])}" for key in sorted(tree)) + "}"
    return "None" if tree is None else "array"


def is_floating(array: Array) -> bool:
    """Whether `array` holds floating-point numbers (and so has a derivative)."""
    return np.issubdtype(array.dtype, np.floating)
