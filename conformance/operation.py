"""An operation: what it draws, what it must reject, where its derivative is a convention."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .case import Argument, Case, flattened
from .drawing import Draw
from .law import Law, Source
from .tree import Array, Tree, map_leaves


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A call that must raise ValueError, as PyTorch raises something; `name` says what is wrong with it."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Array] = field(default_factory=dict)
    inputs: tuple[Argument, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kink:
    """A point where value or derivative is a convention, pinned as PyTorch has it.

    Values are compared exactly, the sign of zero and NaN included; None is not compared. `alternatives` are
    other conventions that a backend may declare in backend.toml by name: (output, inputs_cotangents).
    """

    name: str
    inputs: tuple[Array | None, ...]
    output: Tree
    cotangent: Tree = None
    inputs_cotangents: tuple[Array | None, ...] | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Array] = field(default_factory=dict)
    alternatives: Mapping[str, tuple[Tree, tuple[Array | None, ...] | None]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Along which axis the samples of a batch lie, in every input and every output; None: it has no samples.

    `batched` is False where the case is a single sample: then an axis may be put there. Where a sample has
    several places along its axis, one after the other, `places` says how many, for every input.
    """

    inputs: tuple[int | None, ...]
    outputs: tuple[int | None, ...]
    batched: bool = True
    places: tuple[int, ...] = ()

    def along(self, index: int, samples: Array) -> Array:
        """The places that samples have in an input."""
        count = self.places[index] if self.places else 1
        return np.asarray((samples[:, None] * count + np.arange(count)).reshape(-1))


def _always(case: Case) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the specification; `name` is the stem of its file in every folder.

    `cases` draws a case; `special` draws one with NaN, infinities, signed zeros and subnormals (None: the
    law `special_values` does not apply); `inputs` and `outputs` name the parts of both for messages, where a last
    input with a star, `*tensors`, is any number of them. `samples` says where the samples of a case are (None:
    the operation has none). `derivative` says whether the gradient of a case is the derivative of its output.
    Without a derivative at all (`differentiable`) no law of pullbacks applies, and cases have no cotangent.
    `one_in` is above 1 where cases take long: of as many of the examples asked for, one is drawn.
    """

    name: str
    profile: str
    cases: Callable[[Draw], Case]
    special: Callable[[Draw], Case] | None = None
    rejects: tuple[Rejection, ...] = ()
    kinks: tuple[Kink, ...] = ()
    laws: tuple[Law, ...] = ()
    inputs: tuple[str, ...] = ("x",)
    outputs: tuple[str, ...] = ("output",)
    samples: Callable[[Case], Samples] | None = None
    derivative: Callable[[Case], bool] = _always
    differentiable: bool = True
    one_in: int = 1

    def examples(self, asked: int, source: Source) -> int:
        """How many cases are drawn where `asked` examples are asked for: with special values half as many."""
        return -(-asked // (self.one_in * (2 if source == Source.SPECIAL else 1)))

    def every(self, law: Law) -> int:
        """A law is asked about the first of so many cases: of an operation that has few, about more of them."""
        return -(-law.one_in // self.one_in)


def listed_case(operation: str, entry: Rejection | Kink, dtype: str) -> Case:
    """A listed entry as a case, its floating arrays in `dtype`."""

    def cast(array: Array) -> Array:
        return array.astype(dtype) if np.issubdtype(array.dtype, np.floating) else array

    inputs, mappings = flattened(entry.inputs)
    return Case(
        operation=operation,
        dtype=dtype,
        config=entry.config,
        params={name: cast(array) for name, array in entry.params.items()},
        inputs=tuple(None if array is None else cast(array) for array in inputs),
        mappings=mappings,
        cotangent=map_leaves(cast, entry.cotangent) if isinstance(entry, Kink) else None,
        regime="listed",
    )
