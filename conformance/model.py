"""A network on a backend's kernels, with what people expect of one: predict, loss, gradient, train, save."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from . import param_file
from .backend import Backend, Failure, load
from .errors import UsageError
from .graph import Shape
from .kernel import Kernel, Malformed, as_tree, guarded
from .losses import LOSSES
from .operations import OPERATIONS
from .optimizer import Misfit, Optimizer
from .recorder import record
from .selection import choose, natural, not_negative
from .trajectory import with_statistics
from .tree import Array, Tree, is_floating

Gradient = dict[str, Array]
"""An array for each learned parameter, by name."""


@dataclass(frozen=True)
class _Recorded:
    """A run as a kernel; behind its output it returns the new values of `statistics`, where there are any."""

    kernel: Kernel
    statistics: tuple[str, ...]


class Model:
    """`module` evaluated, differentiated and trained by the kernels of `backend`: a name, a path, or one loaded.

    The module gives structure and initial values and is not changed; `params` are the model's own, NumPy
    arrays by their state_dict names (the first one of a tied parameter). Floating inputs and targets are
    converted to the dtype of the params; integer inputs are passed on, and have no gradient.

    `loss` is "cross_entropy" for classifiers, whose outputs are logits (N, C) or (N, C, d1, ...) and whose
    targets are class indices (N,) or (N, d1, ...), "token_cross_entropy" for sequences of tokens, with logits
    (N, T, V) and targets (N, T), or "mse_loss" for regressions.

    Steps and gradients are those of the mode that the module is in (training, unless it says otherwise), in which
    a step also updates running statistics; everything else is evaluated in evaluation mode.

    `state` is what an optimiser keeps from step to step, empty before the first one.

    Raises UsageError where the backend, the loss or the module is not what it must be (NotRecordable, with the
    user's line, is one) or the backend lacks a kernel that is needed, CallFault where a kernel raises.
    """

    def __init__(
        self, module: nn.Module, backend: str | Backend = "numpy_vectorized", *, loss: str = "cross_entropy"
    ) -> None:
        choose("loss", [loss], LOSSES)
        if not isinstance(module, nn.Module):
            raise UsageError(f"Model() takes an nn.Module, got a {type(module).__name__}")
        names = tuple(operation.name for operation in OPERATIONS)
        self.module, self.loss_name = module, loss
        self.backend = load(backend, names) if isinstance(backend, str) else backend
        self.params: dict[str, Array] = {
            name: tensor.detach().numpy().copy()
            for name, tensor in (*module.named_parameters(), *module.named_buffers())
        }
        self._first_name = _first_names(module)
        self._learned = tuple(name for name, _ in module.named_parameters())
        dtypes = {array.dtype.name for array in self.params.values() if is_floating(array)}
        if len(dtypes) != 1 or not dtypes <= set(self.backend.declaration.dtypes):
            raise UsageError(
                f"the module's dtypes are {sorted(dtypes) or 'none'}, expected one of "
                f"{', '.join(self.backend.declaration.dtypes)} (see Module.to)"
            )
        self.dtype = self._recorded = np.dtype(dtypes.pop())
        self._loss = LOSSES[loss]
        self._kernels: dict[tuple[Shape, str, bool], _Recorded] = {}
        self.state: dict[str, Array] = {}

    def forward(self, x: Array) -> Array:
        """The module's output: logits, or a regression's prediction."""
        x = self._array(x)
        return np.asarray(self._evaluate(self._kernel(x, training=False).kernel, self._given(), x))

    def predict(self, x: Array) -> Array:
        """The probabilities of the classes; a regression's prediction."""
        output = self.forward(x)
        return self.softmax(output, self._loss.class_axis) if self._loss.has_classes else output

    def softmax(self, scores: Array, dim: int = -1) -> Array:
        """The softmax of scores by the backend's kernel."""
        return np.asarray(self._evaluate(self._part("softmax"), {}, self._array(scores), dim=dim))

    def loss(self, x: Array, target: Array) -> float:
        """The mean loss."""
        return self._loss_of(self.forward(x), self._array(target))

    def accuracy(self, x: Array, target: Array, batch_size: int = 100) -> float:
        """The share of targets whose logit is the largest; the last, smaller batch counts too.

        A target that the loss ignores is not counted.
        """
        natural("batch_size", batch_size)
        self._require_classes("accuracy")
        x, target = self._array(x), self._array(target)
        # No class has the number that is ignored.
        counted = int(np.sum(target != self._loss.config["ignore_index"]))
        if not counted:
            raise UsageError("accuracy of no samples")
        right = sum(
            int(np.sum(np.argmax(self.forward(rows), axis=self._loss.class_axis) == labels))
            for rows, labels in batches(x, target, batch_size)
        )
        return right / counted

    def gradient(self, x: Array, target: Array) -> Gradient:
        """The gradient of the mean loss, by the kernels' pullbacks."""
        _, gradient, _ = self._descent(self._array(x), self._array(target))
        return gradient

    def numerical_gradient(
        self, x: Array, target: Array, indices: Mapping[str, Sequence[Any]] | None = None
    ) -> Gradient:
        """The gradient of the mean loss by central differences of forward, in float64 if the backend has it.

        `indices` maps names of parameters to the elements wanted, each as an index of the array (an int or a
        tuple); the result then holds their derivatives in that order. Without it, all elements of all
        parameters: two losses for each, which takes long.
        """
        fine = self if "float64" not in self.backend.declaration.dtypes else self._in("float64")
        x, target = fine._array(x), fine._array(target)
        if indices is None:
            return {
                name: fine._differences(name, x, target, list(np.ndindex(self.params[name].shape))).reshape(
                    self.params[name].shape
                )
                for name in self._learned
            }
        choose("parameter", indices, self._learned)
        return {name: fine._differences(name, x, target, list(wanted)) for name, wanted in indices.items()}

    def step(self, x: Array, target: Array, *, lr: float, optimizer: Optimizer | None = None) -> float:
        """One step on a batch, by default of plain gradient descent, params - lr * gradient; the loss before it.

        A step of an `optimizer` is its kernel's; it goes on from `state`, and leaves its own there.
        Running statistics are those after the batch.
        """
        value, gradient, statistics = self._descent(self._array(x), self._array(target))
        if optimizer is None:
            with np.errstate(all="ignore"):  # a rate that is too large ends in NaN, not in warnings
                for name, change in gradient.items():
                    self.params[name] = np.asarray(self.params[name] - self.dtype.type(lr) * change)
        else:
            learned = {name: self.params[name] for name in self._learned}
            try:
                ask = optimizer.checked(self._ask)
                stepped, self.state = optimizer.step(ask, learned, gradient, self.state, lr=lr)
            except Misfit as error:
                raise Malformed(str(error)) from None
            self.params.update(stepped)
        self.params.update(statistics)
        return value

    def train(
        self,
        x: Array,
        target: Array,
        *,
        epochs: int = 1,
        batch_size: int = 32,
        lr: float = 0.1,
        seed: int = 0,
        optimizer: Optimizer | None = None,
    ) -> list[float]:
        """Stochastic gradient descent, or another optimiser; the mean loss of each epoch over its batches."""
        history = self.epochs(
            x, target, epochs=epochs, batch_size=batch_size, lr=lr, seed=seed, optimizer=optimizer
        )
        return list(history)

    def epochs(
        self,
        x: Array,
        target: Array,
        *,
        epochs: int,
        batch_size: int,
        lr: float,
        seed: int,
        optimizer: Optimizer | None = None,
        done: int = 0,
        after_batch: Callable[[float], None] | None = None,
    ) -> Iterator[float]:
        """Train as `train` does, and yield after each epoch; `after_batch` is called with each batch's loss.

        An epoch visits every sample once, in an order of its own that `seed` decides. The first `done` epochs
        are passed over: the params, and the optimiser's `state`, are those after them.
        """
        natural("epochs", epochs)
        natural("batch_size", batch_size)
        not_negative("seed", seed)
        positive("lr", lr)
        x, target = self._array(x), self._array(target)
        if len(x) != len(target) or not len(x):
            raise UsageError(f"{len(x)} inputs and {len(target)} targets: expected as many, and one at least")
        for operation in optimizer.operations if optimizer is not None else ():
            self._part(operation)
        if not done:
            self.state = {}
        random = np.random.default_rng(seed)
        for epoch in range(epochs):
            order, total = random.permutation(len(x)), 0.0
            if epoch < done:
                continue
            for rows, labels in batches(x[order], target[order], batch_size):
                value = self.step(rows, labels, lr=lr, optimizer=optimizer)
                total += value * len(labels)
                if after_batch is not None:
                    after_batch(value)
            yield total / len(x)

    def state_of(self, optimizer: Optimizer) -> dict[str, Array]:
        """Zeros in the place of all that an optimiser keeps of this model from its first step on."""
        return optimizer.state_of({name: self.params[name] for name in self._learned})

    def save_params(self, path: str | os.PathLike[str]) -> None:
        """Write the params to a .safetensors file, whole or not at all."""
        param_file.write(Path(path), self.params)

    def load_params(self, path: str | os.PathLike[str]) -> None:
        """Read the params from a .safetensors file, which executes nothing.

        Raises UsageError, and changes nothing, where the file is missing, damaged or of another model: names,
        shapes and dtypes must be those of `params`.
        """
        self.params = param_file.read(Path(path), self.params)

    # How it is evaluated.

    def _ask(self, operation: str, params: Mapping[str, Array], *mappings: Any, **config: Any) -> Tree:
        return as_tree(
            self._evaluate(self._part(operation), params, *mappings, **config), f"{operation} returned"
        )

    def _descent(self, x: Array, target: Array) -> tuple[float, Gradient, dict[str, Array]]:
        """The loss of a batch, its gradient, and the running statistics after it."""
        recorded = self._kernel(x, training=True)
        model, scoring = self._vjp(recorded.kernel), self._vjp(self._part(self._loss.operation))

        def pull_back() -> tuple[float, Gradient, dict[str, Array]]:
            returned, pullback = model(self._given(), x)
            output, *new = returned if recorded.statistics else (returned,)
            value, pull_loss = scoring({}, *self._loss.samples(output, target), **self._loss.config)
            _, (cotangent, _) = pull_loss(np.ones((), self.dtype))
            found, _ = pullback(with_statistics(cotangent.reshape(output.shape), new))
            gradient = {name: found[name] for name in self._learned}
            return float(value), gradient, dict(zip(recorded.statistics, new, strict=True))

        result: tuple[float, Gradient, dict[str, Array]] = guarded(pull_back)
        return result

    def _loss_of(self, output: Array, target: Array) -> float:
        scoring, samples = self._part(self._loss.operation), self._loss.samples(output, target)
        return float(np.asarray(self._evaluate(scoring, {}, *samples, **self._loss.config)))

    def _evaluate(self, kernel: Kernel, params: Mapping[str, Array], *inputs: Array, **config: Any) -> Any:
        forward = kernel.forward
        if forward is None:
            return guarded(lambda: self._vjp(kernel)(params, *inputs, **config)[0])
        return guarded(lambda: forward(params, *inputs, **config))

    def _differences(self, name: str, x: Array, target: Array, indices: list[Any]) -> Array:
        kept = self.params[name]
        step = float(np.finfo(self.dtype).eps) ** (1 / 3)
        found = []
        try:
            for index in indices:
                around = []
                for sign in (1, -1):
                    self.params[name] = kept.copy()
                    self.params[name][index] += sign * step
                    around.append((float(self.params[name][index]), self._training_loss(x, target)))
                (above, high), (below, low) = around
                # The step that the params took, which rounding may have changed.
                found.append((high - low) / (above - below))
        finally:
            self.params[name] = kept
        return np.array(found)

    def _training_loss(self, x: Array, target: Array) -> float:
        """The mean loss in the mode in which gradients are taken."""
        recorded = self._kernel(x, training=True)
        output = self._evaluate(recorded.kernel, self._given(), x)
        return self._loss_of(np.asarray(output[0] if recorded.statistics else output), target)

    def _in(self, dtype: str) -> "Model":
        """The same model with the same params in another dtype."""
        other = object.__new__(Model)
        other.__dict__.update(self.__dict__)
        other.dtype = np.dtype(dtype)
        other.params = {
            name: array.astype(dtype) if is_floating(array) else array for name, array in self.params.items()
        }
        return other

    def _given(self) -> dict[str, Array]:
        return {name: self.params[first] for name, first in self._first_name.items()}

    def _kernel(self, x: Array, *, training: bool) -> "_Recorded":
        key = (x.shape, x.dtype.kind, training)
        if key not in self._kernels:
            self._kernels[key] = self._compose(x, training)
        return self._kernels[key]

    def _compose(self, x: Array, training: bool) -> "_Recorded":
        example = torch.from_numpy(np.zeros(x.shape, self._recorded if is_floating(x) else x.dtype))
        try:
            graph = record(self.module, [example], evaluation=not training)
        except (RuntimeError, ValueError, IndexError) as error:
            raise UsageError(f"the module refuses an input of shape {x.shape}: {error}") from None
        if not isinstance(graph.output, int):
            raise UsageError("the module returns several tensors, a model returns one")
        kernel = graph.with_updates().kernel(self.backend, type(self.module).__name__)
        if isinstance(kernel, Failure):
            raise UsageError(kernel.reason)
        lacking = [name for name in graph.operations if name not in self.backend.kernels]
        if lacking:
            name = type(self.module).__name__
            raise UsageError(f"{name} needs {', '.join(lacking)}: {self.backend.name} has no such kernel")
        return _Recorded(kernel, tuple(graph.updates))

    def _part(self, operation: str) -> Kernel:
        kernel = self.backend.kernels.get(operation)
        if isinstance(kernel, Kernel):
            return kernel
        reason = kernel.reason if kernel is not None else f"{self.backend.name} has no such kernel"
        raise UsageError(f"{operation} is needed: {reason}")

    def _vjp(self, kernel: Kernel) -> Callable[..., Any]:
        if kernel.vjp is None:
            raise UsageError(f"{self.backend.name} has no gradient of {kernel.operation}: no vjp")
        return kernel.vjp

    def _array(self, values: Array) -> Array:
        array = np.asarray(values)
        return array.astype(self.dtype, copy=False) if is_floating(array) else array

    def _require_classes(self, what: str) -> None:
        if not self._loss.has_classes:
            raise UsageError(f"{what} is a classifier's, this model is trained with {self.loss_name}")


def _first_names(module: nn.Module) -> dict[str, str]:
    """Every name in the module's state, and the first name of the same tensor."""
    first: dict[int, str] = {}
    named = (
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
    )
    return {name: first.setdefault(id(tensor), name) for name, tensor in named}


def batches(x: Array, target: Array, size: int) -> list[tuple[Array, Array]]:
    """All samples in order, `size` at a time; the last batch may be smaller."""
    return [(x[row : row + size], target[row : row + size]) for row in range(0, len(target), size)]


def positive(what: str, value: float) -> float:
    """`value`, if it is a finite number above 0."""
    if not 0 < value < float("inf"):
        raise UsageError(f"{what} = {value}: expected a number above 0")
    return value
