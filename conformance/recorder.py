"""Recording one concrete run of a module into a graph of operations.

A `TorchFunctionMode` sees every call of a torch function with real tensors, so shape-dependent Python code runs
as it is written (torch.fx's symbolic trace fails on `x.view(x.shape[0], -1)`). What depends on *data* cannot
be recorded by one run and is refused with the user's line, as is everything outside the specification.
"""

import linecache
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name

from .errors import UsageError
from .graph import Call, Graph, Node, Select, Shape, Slots, flat
from .recording_rules import ALIASES, DATA, IN_PLACE, METADATA, OPERATIONS, SHAPED, VIEWS
from .rules.layers import padded_convolution
from .rules.normalisation import running_layer
from .rules.recipe import Outside, Recipe, Rule
from .tree import Array

_TORCH = str(Path(torch.__file__).parent)
_HERE = str(Path(__file__))


class NotRecordable(UsageError):
    """The module does what the specification has no operation for, or what one run cannot tell.

    `outside` are all calls of the run that the specification has no operation for, each with its line.
    """

    outside: tuple[str, ...] = ()


def record(module: nn.Module, inputs: Sequence[Tensor | None], *, evaluation: bool = False) -> Graph:
    """The graph of `module(*inputs)`, valid for inputs of these shapes.

    The module runs once, on copies, in the mode (training or evaluation) that it is in, or in evaluation mode; it
    is not changed. Raises NotRecordable, and whatever the module itself raises.
    """
    recorder = _Recorder(module, [None if x is None else x.detach().clone() for x in inputs])
    mode = _evaluating(module) if evaluation else nullcontext()
    with warnings.catch_warnings(), torch.enable_grad(), mode, _same_buffers(module), recorder:
        # What torch warns of is about this run, and nobody sees its results.
        warnings.simplefilter("ignore")
        try:
            output = module(*recorder.arguments)
        except NotRecordable as problem:
            problem.outside = tuple(dict.fromkeys((*recorder.outside, str(problem))))
            raise
    try:
        return recorder.graph(output)
    except NotRecordable as problem:
        problem.outside = tuple(recorder.outside)
        raise


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """The module in evaluation mode; afterwards every part of it is in its own mode again."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def _same_buffers(module: nn.Module) -> Iterator[None]:
    """Put back what a run has replaced, and refuse it: only what torch's layers overwrite is understood."""
    kept = [
        (part, prefix, name, buffer)
        for prefix, part in module.named_modules()
        for name, buffer in part.named_buffers(recurse=False)
    ]
    replaced: list[str] = []
    try:
        yield
    finally:
        for part, prefix, name, buffer in kept:
            if getattr(part, name) is not buffer:
                setattr(part, name, buffer)
                replaced.append(f"{prefix}.{name}".lstrip("."))
    if replaced:
        raise NotRecordable(
            f"the module replaces its buffer {', '.join(replaced)}: state that a run leaves behind is outside "
            "the specification, but for the statistics of torch's own batch norms"
        )


@dataclass(frozen=True)
class _Asked:
    """A call of a torch function; `operands` are all tensors in it."""

    function: Any
    full_name: str
    name: str
    args: tuple[Any, ...]
    options: dict[str, Any]
    operands: list[Tensor]

    @property
    def first(self) -> Any:
        return self.args[0] if self.args else self.options.get("input")

    @property
    def writes(self) -> bool:
        """Whether its name says that it writes to its first operand."""
        return self.name in IN_PLACE or (self.name.endswith("_") and not self.name.startswith("__"))

    @property
    def rule(self) -> Rule | None:
        """What it is in the specification; two functions of one name may take their arguments in other orders."""
        return OPERATIONS.get(self.full_name, OPERATIONS.get(self.name))

    def with_operands(self, others: Mapping[int, Tensor]) -> "_Asked":
        """The same call with other tensors in the places of some."""
        args = tuple(others.get(id(value), value) for value in self.args)
        options = {key: others.get(id(value), value) for key, value in self.options.items()}
        return replace(self, args=args, options=options, operands=list(_tensors((args, options))))

    def run(self, spared: Sequence[Tensor | None] = ()) -> Any:
        """Run it, on copies of those of its arguments that it must not write to."""
        copies = {id(tensor): tensor.clone() for tensor in spared if tensor is not None}

        def copied(value: Any) -> Any:
            return copies.get(id(value), value)

        options = {key: copied(value) for key, value in self.options.items()}
        return self.function(*map(copied, self.args), **options)


@dataclass(frozen=True)
class _Pad:
    """A padding that a convolution may take in."""

    source: int
    mode: str
    pads: tuple[int, ...]


class _Recorder(TorchFunctionMode):
    """Names every tensor that comes by: a slot, a constant made here, or a reason why it is neither."""

    def __init__(self, module: nn.Module, arguments: list[Tensor | None]) -> None:
        super().__init__()
        self.module, self.arguments = module, arguments
        self.nodes: list[Node] = []
        self.constants: dict[int, Array] = {}
        self._count = 0
        self._slot_of: dict[int, int] = {}
        self._made_here: set[int] = set()
        self._reasons: dict[int, str] = {}
        self._pads: dict[int, _Pad] = {}
        self._masks: dict[int, Tensor] = {}
        # An id names a tensor as long as the tensor lives.
        self._alive: list[Tensor] = []
        self.outside: dict[str, None] = {}
        self.inputs = tuple(None if x is None else self._new_slot(x) for x in arguments)
        self.params: dict[str, int] = {}
        self.buffers: dict[str, Tensor] = {}
        for name, parameter in module.named_parameters(remove_duplicate=False):
            self.params[name] = self._known_slot(parameter)
        for name, buffer in module.named_buffers(remove_duplicate=False):
            self.params[name] = self._known_slot(buffer)
            self.buffers[name] = buffer
        self._given = {_storage(tensor) for tensor in self._alive}
        given = (tensor.dtype for tensor in self._alive if tensor.is_floating_point())
        self._dtype = next(given, torch.get_default_dtype())

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        full_name, name = _names(func)
        asked = _Asked(func, full_name, name, args, kwargs or {}, list(_tensors((args, kwargs or {}))))
        if name in METADATA:
            return asked.run()
        if not any(self._is_tracked(tensor) for tensor in asked.operands):
            return self._constant(asked)
        if name in ("add_", "__float__") and self._is_counter(asked.first):
            # Counting is part of batch_norm, which comes next, and so is a momentum that is one by their number.
            return asked.first if name == "add_" else math.nan
        if name in SHAPED and not any(map(self._is_tracked, asked.operands[1:])):
            return self._constant(asked, known=True)
        mask = self._written_mask(asked)
        if mask is not None:
            return mask
        if name == "multi_head_attention_forward":
            asked = asked.with_operands(self._masks)
        if name in DATA:
            raise NotRecordable(f"{full_name}: one run cannot record what depends on data, {self.where()}")
        reason = next((self._reasons[id(t)] for t in asked.operands if id(t) in self._reasons), None)
        if name == "conv2d" and id(asked.first) in self._pads:
            reason = None
        if reason is None and name == "stack" and "out" not in asked.options:
            return self._stacked(*args, **_dealiased(asked.options))
        if reason is None and asked.rule is not None:
            return self._operation(asked, asked.rule)
        if reason is None and name in VIEWS:
            return self._view(asked)
        return self._outside(asked, reason)

    def graph(self, output: Any) -> Graph:
        """The finished graph, without the nodes that the output does not need."""
        slots = self._output_slots(output)
        updates = {
            name: self._slot_of[id(buffer)]
            for name, buffer in self.module.named_buffers()
            if self._slot_of[id(buffer)] != self.params[name]
        }
        needed = {*flat(slots), *updates.values()}
        nodes: list[Node] = []
        for node in reversed(self.nodes):
            if needed.intersection(node.writes()):
                nodes.append(node)
                needed.update(node.reads())
        return Graph(
            inputs=self.inputs,
            input_shapes=tuple(None if x is None else tuple(x.shape) for x in self.arguments),
            params=self.params,
            buffers=frozenset(self.buffers),
            updates=updates,
            constants={slot: value for slot, value in self.constants.items() if slot in needed},
            nodes=tuple(reversed(nodes)),
            output=slots,
            slots=self._count,
        )

    def where(self) -> str:
        """The user's line that is running, and the layer where it is torch's own."""
        layer, names = "", {id(module): name for name, module in self.module.named_modules()}
        frame = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(_TORCH):
                owner = frame.f_locals.get("self")
                if not layer and isinstance(owner, nn.Module):
                    name = names.get(id(owner))
                    layer = f" ({type(owner).__name__}{f' {name!r}' if name else ''})"
            elif file == _HERE and frame.f_code.co_name == "record":
                break
            elif file != _HERE:
                source = linecache.getline(file, frame.f_lineno).strip()
                return f"{_from_here(file)}:{frame.f_lineno}: {source}{layer}"
            frame = frame.f_back  # type: ignore[assignment]
        return f"in the module itself{layer}"

    # What becomes of a call.

    def _stacked(self, tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
        """A concatenation of tensors that have got the dimension before."""
        with self:
            return torch.cat([tensor.unsqueeze(dim) for tensor in tensors], dim)

    def _operation(self, asked: _Asked, rule: Rule) -> Any:
        self._require_gradients()
        if asked.writes:
            self._may_be_written(asked.full_name, asked.first)
        pad = self._pads.get(id(asked.first)) if asked.name == "conv2d" else None
        options = _dealiased(asked.options)
        try:
            if pad is not None:
                recipe = padded_convolution(pad.mode, pad.pads, *asked.args, **options)
            else:
                recipe = rule(*asked.args, **options)
        except Outside as problem:
            raise NotRecordable(f"{asked.full_name}: {problem}, {self.where()}") from None
        except TypeError as problem:
            raise NotRecordable(
                f"{asked.full_name}: its arguments are not understood ({problem}), {self.where()}"
            ) from None
        written = recipe.inputs[0] if recipe.in_place else None
        if written is not None:
            assert isinstance(written, Tensor)
            self._may_be_written(asked.full_name, written)
        for tensor in recipe.updates:
            if tensor is not None and not any(tensor is buffer for buffer in self.buffers.values()):
                self._may_be_written(asked.full_name, tensor)
        params = {key: self._operand(operand) for key, operand in recipe.params.items()}
        inputs = tuple(None if operand is None else self._operand(operand) for operand in recipe.inputs)
        place = self.where()
        result = asked.run(spared=recipe.updates)
        if written is None and any(result is operand for operand in asked.operands):
            return result  # flatten of what is flat: nothing was computed
        self._require_dtype(asked.full_name, result)
        if written is not None:
            self._overwritten(written, place)
        if recipe.operation is None:
            self._copied(recipe, inputs, result)
        else:
            new, shapes = self._updated(recipe, place)
            outputs = self._result_slots(recipe.arranged(result))
            self.nodes.append(
                Call(
                    operation=recipe.operation,
                    config=recipe.config,
                    params=params,
                    inputs=inputs,
                    outputs=(outputs, *new) if new else outputs,
                    shapes=(*(tuple(tensor.shape) for tensor in _tensors(result)), *shapes),
                    where=place,
                )
            )
        return result

    def _copied(self, recipe: Recipe, inputs: tuple[int | None, ...], result: Tensor) -> None:
        """The elements of the only input as they are, perhaps in another shape."""
        (source,), (x,) = inputs, recipe.inputs
        assert source is not None
        assert isinstance(x, Tensor)
        self.nodes.append(
            Select(
                source=source,
                output=self._new_slot(result),
                source_shape=tuple(x.shape),
                shape=tuple(result.shape),
                positions=None,
            )
        )

    def _updated(self, recipe: Recipe, place: str) -> tuple[list[int], list[Shape]]:
        """The slots and shapes of new values of tensors, which they have from now on."""
        slots: list[int] = []
        shapes: list[Shape] = []
        for tensor in recipe.updates:
            if tensor is None:
                slots.append(self._count)
                shapes.append(())
                self._count += 1
            else:
                self._overwritten(tensor, place)
                slots.append(self._new_slot(tensor))
                shapes.append(tuple(tensor.shape))
        return slots, shapes

    def _view(self, asked: _Asked) -> Any:
        """Run a view twice: on the tensor, and on the positions of its elements, which tells what it selects."""
        self._require_gradients()
        full_name, x, rest = asked.full_name, asked.first, asked.args[1:]
        options = {key: value for key, value in asked.options.items() if key != "input"}
        indices = _tensors((rest, options)) if asked.name == "__getitem__" else ()
        if id(x) not in self._slot_of or any(self._is_tracked(index) for index in indices):
            raise NotRecordable(f"{full_name}: an index that depends on data, {self.where()}")
        source = self._slot(x)
        result = asked.function(x, *rest, **options)
        positions = asked.function(torch.arange(x.numel()).reshape(x.shape), *rest, **options)
        for part, taken in zip(_tensors(result), _tensors(positions), strict=True):
            if part.dtype != x.dtype or part.shape != taken.shape:
                raise NotRecordable(f"{full_name} reads the memory as another dtype, {self.where()}")
            index = taken.numpy()
            in_order = np.array_equal(index.reshape(-1), np.arange(x.numel()))
            self.nodes.append(
                Select(
                    source=source,
                    output=self._new_slot(part),
                    source_shape=tuple(x.shape),
                    shape=tuple(part.shape),
                    positions=None if in_order else index.copy(),
                    repeats=np.unique(index).size < index.size,
                )
            )
        return result

    def _constant(self, asked: _Asked, *, known: bool = False) -> Any:
        """A call that touches nothing of the model: its results are constants, unless they are random."""
        state = torch.get_rng_state()
        result = asked.run()
        known = known or all(id(tensor) in self._made_here for tensor in asked.operands)
        drawn = asked.options.get("generator") is not None or not torch.equal(state, torch.get_rng_state())
        undefined = "empty" in asked.name
        for tensor in _tensors(result):
            self._alive.append(tensor)
            if drawn or undefined:
                what = "draws random numbers" if drawn else "leaves its numbers undefined"
                self._reasons[id(tensor)] = f"{asked.full_name} {what}, {self.where()}"
            elif known:
                self._made_here.add(id(tensor))
        return result

    def _outside(self, asked: _Asked, reason: str | None) -> Any:
        """A call that has no place: an error where its result is needed, at once if it writes to a tensor."""
        own = f"{asked.full_name} is outside the specification, {self.where()}"
        if asked.rule is None and asked.name not in VIEWS:
            self.outside[own] = None
        reason = reason or own
        if asked.writes or "out" in asked.options:
            raise NotRecordable(reason)
        versions = [tensor._version for tensor in asked.operands]
        try:
            result = asked.run()
        except Exception as error:
            raise NotRecordable(reason) from error
        if versions != [tensor._version for tensor in asked.operands]:
            raise NotRecordable(reason)
        pad = self._pad(asked)
        for tensor in _tensors(result):
            if not any(tensor is operand for operand in asked.operands):
                self._alive.append(tensor)
                self._reasons[id(tensor)] = reason
                if pad is not None:
                    self._pads[id(tensor)] = pad
        return result

    def _pad(self, asked: _Asked) -> _Pad | None:
        def read(
            x: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
        ) -> _Pad | None:
            known = id(x) in self._slot_of and id(x) not in self._reasons and not value
            return _Pad(self._slot_of[id(x)], mode, tuple(pad)) if known else None

        options = {"x" if key == "input" else key: value for key, value in asked.options.items()}
        return read(*asked.args, **options) if asked.full_name == "torch.nn.functional.pad" else None

    def _written_mask(self, asked: _Asked) -> Tensor | None:
        """Zeros, and -inf where a boolean mask is True: how torch's layers write a mask that they are given.

        Multi-head attention adds it, and is handed the mask itself; to anybody else it is outside.
        """

        def read(x: Tensor, mask: Tensor, value: Any) -> bool:
            constant = id(x) in self._made_here and not x.any() and value == -math.inf
            return constant and mask.dtype == torch.bool and id(mask) in self._slot_of

        options = {"x" if key == "input" else key: value for key, value in asked.options.items()}
        if asked.name not in ("masked_fill", "masked_fill_") or not read(*asked.args, **options):
            return None
        written: Tensor = asked.run()
        self._made_here.discard(id(written))
        self._alive.append(written)
        self._masks[id(written)] = asked.operands[1]
        self._reasons[id(written)] = f"{asked.full_name} is outside the specification, {self.where()}"
        return written

    # Tensors and their names.

    def _is_tracked(self, tensor: Tensor) -> bool:
        return id(tensor) in self._slot_of or id(tensor) in self._reasons

    def _new_slot(self, tensor: Tensor) -> int:
        slot = self._count
        self._count += 1
        self._alive.append(tensor)
        self._slot_of[id(tensor)] = slot
        self._reasons.pop(id(tensor), None)
        return slot

    def _known_slot(self, tensor: Tensor) -> int:
        found = self._slot_of.get(id(tensor))
        return self._new_slot(tensor) if found is None else found

    def _slot(self, tensor: Tensor) -> int:
        """The slot of an operand; a constant gets one each time, since it may be written to in between."""
        if id(tensor) in self._pads:
            return self._pads[id(tensor)].source
        if id(tensor) in self._slot_of:
            return self._slot_of[id(tensor)]
        if id(tensor) not in self._made_here:
            raise NotRecordable(
                "a tensor that is no input, parameter or buffer of the module (see register_buffer), "
                + self.where()
            )
        return self._constant_slot(tensor.detach().numpy().copy())

    def _operand(self, operand: Tensor | Array | float) -> int:
        """The slot of an operand; a float is kept in float64, whatever dtype the graph will run in."""
        if isinstance(operand, Tensor):
            return self._slot(operand)
        if isinstance(operand, np.ndarray):
            return self._constant_slot(operand)
        return self._constant_slot(
            np.asarray(operand, dtype=np.int64 if isinstance(operand, int) else np.float64)
        )

    def _is_counter(self, tensor: Any) -> bool:
        """Whether a batch norm of torch's own is at its count of batches."""
        return any(tensor is buffer for buffer in self.buffers.values()) and (
            (layer := running_layer()) is not None and tensor is layer.num_batches_tracked
        )

    def _constant_slot(self, value: Array) -> int:
        slot = self._count
        self._count += 1
        self.constants[slot] = value
        return slot

    def _result_slots(self, result: Any) -> Slots:
        if isinstance(result, Tensor):
            return self._new_slot(result)
        return None if result is None else tuple(self._result_slots(branch) for branch in result)

    def _output_slots(self, output: Any) -> Slots:
        if isinstance(output, (tuple, list)):
            return tuple(None if branch is None else self._output_slots(branch) for branch in output)
        if not isinstance(output, Tensor):
            raise NotRecordable(f"the module returned a {type(output).__name__}, expected tensors")
        if id(output) in self._reasons:
            raise NotRecordable(self._reasons[id(output)])
        if id(output) not in self._slot_of:
            raise NotRecordable("the module returned a tensor that does not depend on its inputs")
        return self._slot_of[id(output)]

    # What must hold.

    def _require_gradients(self) -> None:
        if not torch.is_grad_enabled():
            raise NotRecordable(
                f"gradients are switched off here, the specification has no such thing, {self.where()}"
            )

    def _require_dtype(self, full_name: str, result: Any) -> None:
        for tensor in _tensors(result):
            if tensor.is_floating_point() and tensor.dtype != self._dtype:
                raise NotRecordable(
                    f"{full_name} changes the dtype from {self._dtype} to {tensor.dtype}, {self.where()}"
                )

    def _may_be_written(self, full_name: str, tensor: Tensor) -> None:
        if _storage(tensor) in self._given:
            raise NotRecordable(f"{full_name} overwrites an input or a parameter, {self.where()}")

    def _overwritten(self, tensor: Tensor, place: str) -> None:
        """Tensors that share the memory written to have another value now, which no slot has."""
        for other in self._alive:
            if other is not tensor and _storage(other) == _storage(tensor):
                self._reasons[id(other)] = f"a tensor whose memory was overwritten by {place}, is used again"


def _names(func: Callable[..., Any]) -> tuple[str, str]:
    """The function's full name, and the short one that the rules use: torch.Tensor.relu, relu."""
    full = resolve_name(func) or getattr(func, "__name__", repr(func))
    short = full.removesuffix(".__get__")
    for prefix in ("torch.nn.functional.", "torch.Tensor.", "torch."):
        if short.startswith(prefix):
            return full.removesuffix(".__get__"), short.removeprefix(prefix)
    return full, short


def _tensors(value: Any) -> Iterator[Tensor]:
    """Every tensor in nested tuples, lists and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _tensors(part)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


def _storage(tensor: Tensor) -> int:
    # Tensors without elements share the null pointer and nothing else.
    return tensor.untyped_storage().data_ptr() or id(tensor)


def _dealiased(options: Mapping[str, Any]) -> dict[str, Any]:
    return {ALIASES.get(key, key): value for key, value in options.items()}


def _from_here(file: str) -> str:
    """A file below the working directory by its name from there."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file
