"""A case: all that replays a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from .tree import Array, Tree

Argument: TypeAlias = Array | None | Mapping[str, Array]
"""What a kernel gets by position: an array, None where it is left out, or a mapping of arrays."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One question put to every backend.

    `config` holds plain Python values under PyTorch's names, `params` a state_dict, `inputs` all inputs in
    order (None where one is omitted), `cotangent` has the structure of the output (None for integer
    outputs). `regime` says how the contents were drawn; `exact` claims that every partial sum of every
    admissible evaluation is exact in `dtype`.

    Where a kernel takes mappings instead, `inputs` are their arrays, one mapping after the other, and `mappings`
    are the keys of each: so every array of a case is at hand, and only a call sees mappings.
    """

    operation: str
    dtype: str
    config: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Array] = field(default_factory=dict)
    inputs: tuple[Array | None, ...] = ()
    mappings: tuple[tuple[str, ...], ...] = ()
    cotangent: Tree = None
    regime: str = "exact"
    exact: bool = False

    def passed(self, inputs: Sequence[Any]) -> tuple[Any, ...]:
        """`inputs`, as many as the case's, as a kernel gets them: by position, or gathered in mappings."""
        if not self.mappings:
            return tuple(inputs)
        following = iter(inputs)
        return tuple({key: next(following) for key in keys} for keys in self.mappings)

    @property
    def counts(self) -> frozenset[int]:
        """The places of inputs that count the steps of an optimiser."""
        keys = [key for mapping in self.mappings for key in mapping]
        return frozenset(place for place, key in enumerate(keys) if key.rpartition(".")[2] == "step")

    def input_names(self, names: Sequence[str]) -> tuple[str, ...]:
        """A name for each of the inputs, from the operation's: `x`, `gradients['weight']` or `tensors[0]`."""
        if self.mappings:
            pairs = zip(names, self.mappings, strict=True)
            return tuple(f"{name}[{key!r}]" for name, keys in pairs for key in keys)
        return numbered(names, len(self.inputs))

    def with_inputs(self, *inputs: Array | None, **changes: Any) -> "Case":
        """The same case with other inputs; its cotangent is dropped, since the output may change shape."""
        return replace(self, inputs=inputs, cotangent=None, **changes)

    def with_config(self, **options: Any) -> "Case":
        """The same case with some options changed; its cotangent is dropped, as in `with_inputs`."""
        return replace(self, config={**self.config, **options}, cotangent=None)


def flattened(
    arguments: Sequence[Argument],
) -> tuple[tuple[Array | None, ...], tuple[tuple[str, ...], ...]]:
    """(inputs, mappings) of a case whose kernel gets these arguments by position."""
    mappings = [argument for argument in arguments if isinstance(argument, Mapping)]
    if mappings:
        assert len(mappings) == len(arguments), "either all arguments are mappings or none"
        return tuple(a for given in mappings for a in given.values()), tuple(tuple(m) for m in mappings)
    return tuple(a for a in arguments if not isinstance(a, Mapping)), ()


def numbered(names: Sequence[str], count: int) -> tuple[str, ...]:
    """Names of `count` inputs: a last one with a star, `*tensors`, is `tensors[0]`, `tensors[1]`, ..."""
    if not names or not names[-1].startswith("*"):
        return tuple(names)
    *first, rest = names
    return *first, *(f"{rest[1:]}[{i}]" for i in range(count - len(first)))


def copy_array(array: Array) -> Array:
    """A writable copy that keeps the layout (order, strides of a view, read-only flag are the case's own).

    A strided view is copied as a view of a fresh, larger buffer, so that the kernel meets the same strides.
    """
    array = np.asarray(array)  # arithmetic on 0-d arrays gives NumPy scalars
    plain = array.flags.c_contiguous or array.flags.f_contiguous or array.size == 0
    # Negative strides are no layout of a case: the view of a buffer's start would write in front of it.
    if plain or min(array.strides) < 0:
        fresh = array.copy(order="K")
    else:
        spans = [
            step // array.itemsize * (size - 1) for step, size in zip(array.strides, array.shape, strict=True)
        ]
        buffer = np.zeros(sum(spans) + 1, dtype=array.dtype)
        fresh = np.lib.stride_tricks.as_strided(buffer, array.shape, array.strides)
        fresh[...] = array
    if not array.flags.writeable:
        fresh.flags.writeable = False
    return fresh
