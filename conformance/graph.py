"""A graph of operations: one concrete run of a model, executed forward and backward on any backend's kernels.

A value is a slot, a number. Inputs, parameters and constants fill the first slots, every node reads slots and
fills new ones. Between the operations stands glue that needs no backend, because no backend could do it
otherwise: a selection moves elements without touching them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from .backend import Backend, Failure
from .kernel import Kernel
from .tree import Array, is_floating

Shape: TypeAlias = tuple[int, ...]
Slots: TypeAlias = "int | tuple[Slots, ...]"
Pull: TypeAlias = "Callable[[Cotangents], None]"
Kernels: TypeAlias = Mapping[str, Kernel]


@dataclass
class Cotangents:
    """The cotangents of slots while they are pulled back: those of a value used twice are summed.

    `owned` are arrays that a kernel or a sum has just made; anything else may share memory with an argument.
    """

    found: dict[int, Array] = field(default_factory=dict)
    owned: set[int] = field(default_factory=set)

    def add(self, slot: int, cotangent: Array, *, owned: bool) -> None:
        """Add to the cotangent of a slot."""
        if slot in self.found:
            self.found[slot] = np.add(self.found[slot], cotangent)
            self.owned.add(slot)
        else:
            self.found[slot] = cotangent
            if owned:
                self.owned.add(slot)

    def take(self, slot: int, like: Array) -> Array:
        """The cotangent of a slot as an array of its own; zeros where nothing flowed back."""
        found = self.found.get(slot)
        if found is None:
            return np.zeros_like(like)
        return np.asarray(found) if slot in self.owned else np.array(found)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation with its complete config; `params` maps the kernel's own names to slots.

    `shapes` are the recorded shapes of `outputs`, from left to right; `where` is the line that asked for it.
    """

    operation: str
    config: Mapping[str, Any]
    params: Mapping[str, int]
    inputs: tuple[int | None, ...]
    outputs: Slots
    shapes: tuple[Shape, ...]
    where: str = ""

    def reads(self) -> tuple[int, ...]:
        """The slots it reads."""
        return (*self.params.values(), *(slot for slot in self.inputs if slot is not None))

    def writes(self) -> tuple[int, ...]:
        """The slots it fills."""
        return flat(self.outputs)

    def run(self, values: list[Any], kernels: Kernels) -> None:
        """Fill the outputs' slots."""
        kernel = kernels[self.operation]
        with _Named(self):
            if kernel.forward is None:
                assert kernel.vjp is not None
                output = kernel.vjp(*self._arguments(values), **self.config)[0]
            else:
                output = kernel.forward(*self._arguments(values), **self.config)
            self._store(output, values)

    def trace(self, values: list[Any], kernels: Kernels) -> Pull:
        """Fill the outputs' slots; the function returned pulls their cotangents back."""
        vjp = kernels[self.operation].vjp
        assert vjp is not None
        with _Named(self):
            output, pullback = vjp(*self._arguments(values), **self.config)
            self._store(output, values)

        def pull(cotangents: Cotangents) -> None:
            if not any(slot in cotangents.found for slot in self.writes()):
                return
            with _Named(self):
                params, inputs = pullback(gather(self.outputs, cotangents, values))
                for name, slot in self.params.items():
                    if params[name] is not None:
                        cotangents.add(slot, params[name], owned=True)
                for position, cotangent in zip(self.inputs, inputs, strict=True):
                    if position is not None and cotangent is not None:
                        cotangents.add(position, cotangent, owned=True)

        return pull

    def _arguments(self, values: list[Any]) -> tuple[Any, ...]:
        params = {name: values[slot] for name, slot in self.params.items()}
        return (params, *(None if slot is None else values[slot] for slot in self.inputs))

    def _store(self, output: Any, values: list[Any]) -> None:
        _fill(self.outputs, output, values)
        for slot, shape in zip(self.writes(), self.shapes, strict=True):
            if values[slot].shape != shape:
                raise ValueError(f"returned an array of shape {values[slot].shape}, expected {shape}")


@dataclass(frozen=True, kw_only=True)
class Select:
    """y = x.reshape(-1)[positions]: every view, transposition, index and expansion; None: y = x.reshape(shape).

    Its pullback adds the cotangents of an element that was taken more than once.
    """

    source: int
    output: int
    source_shape: Shape
    shape: Shape
    positions: Array | None
    repeats: bool = False

    def reads(self) -> tuple[int, ...]:
        """The slot it reads."""
        return (self.source,)

    def writes(self) -> tuple[int, ...]:
        """The slot it fills."""
        return (self.output,)

    def run(self, values: list[Any], kernels: Kernels) -> None:
        """Fill the output's slot."""
        x = values[self.source]
        values[self.output] = (
            x.reshape(self.shape) if self.positions is None else x.reshape(-1)[self.positions]
        )

    def trace(self, values: list[Any], kernels: Kernels) -> Pull:
        """Fill the output's slot; the function returned pulls its cotangent back."""
        self.run(values, kernels)
        return self._pull

    def _pull(self, cotangents: Cotangents) -> None:
        g = cotangents.found.get(self.output)
        if g is None:
            return
        if self.positions is None:
            cotangents.add(self.source, g.reshape(self.source_shape), owned=False)
            return
        dx = np.zeros(int(np.prod(self.source_shape)), g.dtype)
        if self.repeats:
            np.add.at(dx, self.positions, g)
        else:
            dx[self.positions] = g
        cotangents.add(self.source, dx.reshape(self.source_shape), owned=True)


Node: TypeAlias = Call | Select


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A recorded run. `params` are all names of the module's state_dict; two names of one tensor share a slot.

    `buffers` are names without a derivative, and `updates` the slots of the new values of those that the run
    overwrites. `constants` are slots that the recorded code made itself.
    """

    inputs: tuple[int | None, ...]
    input_shapes: tuple[Shape | None, ...]
    params: Mapping[str, int]
    buffers: frozenset[str]
    constants: Mapping[int, Array]
    nodes: tuple[Node, ...]
    output: Slots
    slots: int
    updates: Mapping[str, int] = field(default_factory=dict)

    def with_updates(self) -> "Graph":
        """The same run with (output, the new values of buffers in order) for its output; itself without any."""
        return replace(self, output=(self.output, *self.updates.values())) if self.updates else self

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations, each once, in the order of their first use."""
        return tuple(dict.fromkeys(node.operation for node in self.nodes if isinstance(node, Call)))

    def kernel(self, backend: Backend, name: str = "model") -> "Composed | Failure":
        """The model as a kernel, made of the backend's kernels (see compose)."""

        def graph_of(inputs: tuple[Array | None, ...], config: Mapping[str, Any]) -> Graph:
            if config:
                raise ValueError(f"a recorded run has no options, got {sorted(config)}")
            return self

        return compose(name, backend, self.operations, graph_of)

    def forward(self, kernels: Kernels, params: Mapping[str, Array], inputs: tuple[Array | None, ...]) -> Any:
        """The output."""
        values = self.start(params, inputs)
        for node in self.nodes:
            node.run(values, kernels)
        return _copies(self.output, values)

    def vjp(self, kernels: Kernels, params: Mapping[str, Array], inputs: tuple[Array | None, ...]) -> Any:
        """The output and its pullback."""
        values = self.start(params, inputs)
        pulls = [node.trace(values, kernels) for node in self.nodes]
        keys = tuple(params)

        def pullback(cotangent: Any) -> tuple[dict[str, Array | None], tuple[Array | None, ...]]:
            cotangents = Cotangents()
            scatter(self.output, cotangent, cotangents)
            for pull in reversed(pulls):
                pull(cotangents)
            found: dict[str, Array | None] = {}
            for key in keys:
                slot = self.params[key]
                differentiated = key not in self.buffers and is_floating(values[slot])
                # Two names of one tensor are two results: they must not share memory.
                taken = cotangents.take(slot, values[slot]) if differentiated else None
                cotangents.owned.discard(slot)
                found[key] = taken
            return found, tuple(
                None if slot is None or not is_floating(values[slot]) else cotangents.take(slot, values[slot])
                for slot in self.inputs
            )

        return _copies(self.output, values), pullback

    def start(self, params: Mapping[str, Array], inputs: tuple[Array | None, ...]) -> list[Any]:
        """The slots with params, inputs and constants filled in; raises ValueError where they do not fit."""
        if params.keys() != self.params.keys():
            differing = sorted(params.keys() ^ self.params.keys())
            raise ValueError(f"params {differing} are missing or unknown")
        shapes = tuple(None if array is None else array.shape for array in inputs)
        if shapes != self.input_shapes:
            raise ValueError(f"inputs have the shapes {shapes}, recorded were {self.input_shapes}")
        values: list[Any] = [None] * self.slots
        for name, slot in self.params.items():
            if values[slot] is not None and not np.array_equal(values[slot], params[name], equal_nan=True):
                raise ValueError(f"{name} is tied to another parameter, but their values differ")
            values[slot] = params[name]
        for position, array in zip(self.inputs, inputs, strict=True):
            if position is not None:
                values[position] = array
        if self.constants:
            arrays = (*inputs, *params.values())
            dtype = next((a.dtype for a in arrays if a is not None and is_floating(a)), None)
            for slot, constant in self.constants.items():
                values[slot] = constant.astype(dtype) if dtype and is_floating(constant) else constant.copy()
        return values


@dataclass(frozen=True)
class Composed(Kernel):
    """A model as a kernel; `parts` are the backend's kernels, also those that the model does not need."""

    parts: Mapping[str, Kernel | Failure]


def compose(
    name: str,
    backend: Backend,
    operations: tuple[str, ...],
    graph_of: Callable[[tuple[Array | None, ...], Mapping[str, Any]], Graph],
) -> Composed | Failure:
    """A kernel made of a backend's kernels for `operations`; `graph_of` finds the graph of inputs and config.

    What the backend lacks is named when the kernel is called; where one of its kernels has no vjp, this has none.
    """
    found = {operation: backend.kernels.get(operation) for operation in operations}
    for operation, kernel in found.items():
        if isinstance(kernel, Failure):
            return Failure(f"{name} needs {operation}: {kernel.reason}")
    kernels = {operation: kernel for operation, kernel in found.items() if isinstance(kernel, Kernel)}
    lacking = ", ".join(operation for operation in operations if operation not in kernels)

    def require_all() -> None:
        if lacking:
            raise NotImplementedError(f"{name} needs {lacking}: {backend.name} has no kernel of that name")

    def forward(params: Mapping[str, Array], *inputs: Array | None, **config: Any) -> Any:
        require_all()
        return graph_of(inputs, config).forward(kernels, params, inputs)

    def vjp(params: Mapping[str, Array], *inputs: Array | None, **config: Any) -> Any:
        require_all()
        return graph_of(inputs, config).vjp(kernels, params, inputs)

    differentiable = all(kernel.vjp is not None for kernel in kernels.values())
    return Composed(name, forward, vjp if differentiable else None, backend.kernels)


class _Named:
    """Says of an exception which operation of the model raised it."""

    def __init__(self, node: Call) -> None:
        self._node = node

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # The two exceptions of a kernel's contract keep their type; any other one gets a note.
        for known in (NotImplementedError, ValueError):
            if type(error) is known:
                raise known(f"{self._node.operation}: {error}") from error
        if error is not None:
            error.add_note(f"in {self._node.operation}, {self._node.where}")


def flat(slots: Slots) -> tuple[int, ...]:
    """The slots of a tree, from left to right."""
    return (slots,) if isinstance(slots, int) else tuple(slot for branch in slots for slot in flat(branch))


def _fill(slots: Slots, output: Any, values: list[Any]) -> None:
    if isinstance(slots, int):
        if not hasattr(output, "shape"):
            raise ValueError(f"returned a {type(output).__name__}, expected an array")
        values[slots] = output
        return
    if not isinstance(output, tuple) or len(output) != len(slots):
        raise ValueError(f"returned a {type(output).__name__}, expected a tuple of {len(slots)}")
    for branch, part in zip(slots, output, strict=True):
        _fill(branch, part, values)


def gather(slots: Slots, cotangents: Cotangents, values: list[Any]) -> Any:
    """The cotangent of an output: zeros for a part that nobody used, None for an integer one."""
    if isinstance(slots, int):
        if not is_floating(values[slots]):
            return None
        found = cotangents.found.get(slots)
        return np.zeros_like(values[slots]) if found is None else found
    return tuple(gather(branch, cotangents, values) for branch in slots)


def scatter(slots: Slots, cotangent: Any, cotangents: Cotangents) -> None:
    if isinstance(slots, int):
        if cotangent is not None:
            cotangents.add(slots, cotangent, owned=False)
        return
    for branch, part in zip(slots, cotangent, strict=True):
        scatter(branch, part, cotangents)


def _copies(slots: Slots, values: list[Any]) -> Any:
    """The output as fresh arrays: a later node may still hold what it was given."""
    if isinstance(slots, int):
        return np.array(values[slots])
    return tuple(_copies(branch, values) for branch in slots)
