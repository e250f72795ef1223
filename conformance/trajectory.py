"""Gradient descent, step by step: a backend's, and PyTorch's in float64 with its spread under rounding."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .case import Case, flattened
from .kernel import Arguments, Kernel, call_forward, call_pullback, call_vjp
from .law import NotJudged
from .losses import LOSSES
from .noise import Noise, Rewritten, injected
from .optimizer import CLIPPING, Misfit, Optimizer
from .oracle import MORE_RUNS, RUNS, root_mean_square, side_by_side, taken_apart
from .specification import build, differentiated, evaluated, known_warnings, statistics
from .tree import Array, Tree, is_floating

Batch: TypeAlias = tuple[Array, Array]
"""Inputs and targets."""


def descend(
    model: Kernel,
    scoring: Kernel,
    case: Case,
    params: Mapping[str, Array],
    batches: Sequence[Batch],
    *,
    rate: float,
    loss: str,
    optimizer: Optimizer | None = None,
    kernels: Mapping[str, Any] | None = None,
) -> tuple[Array, dict[str, Array]]:
    """Step to params - rate * gradient of the mean loss, once for each batch: the losses and the last params.

    A step of an `optimizer` is that of its kernels, which are among `kernels`. `scoring` is the kernel of `loss`.
    Running statistics are those after each step. Raises CallFault where a kernel does, NotJudged where what it
    returns does not fit.
    """
    losses, asked = [], LOSSES[loss]
    params, module = dict(params), build(case)
    learned = [name for name in params if name in differentiated(module)]
    written = statistics(module)
    state: Any = {}

    def ask(operation: str, params: Mapping[str, Array], *mappings: Any, **config: Any) -> Tree:
        assert kernels is not None
        inputs, keys = flattened(mappings)
        question = Case(
            operation=operation, dtype=case.dtype, config=config, params=params, inputs=inputs, mappings=keys
        )
        return call_forward(kernels[operation], question, Arguments.of(question))

    for x, target in batches:
        step = replace(case, params=params, inputs=(x,))
        returned, pullback = call_vjp(model, step, Arguments.of(step))
        output, new = _divided(returned, params, written)
        if len(output) != len(target):
            raise NotJudged("the output of vjp() has the wrong shape")
        samples = asked.samples(output, target)
        question = Case(operation=asked.operation, dtype=case.dtype, config=asked.config, inputs=samples)
        value, pull_loss = call_vjp(scoring, question, Arguments.of(question))
        _, (g, _) = call_pullback(pull_loss, question, np.ones((), case.dtype))
        if not isinstance(value, np.ndarray) or value.shape or g is None or g.shape != samples[0].shape:
            raise NotJudged(f"{asked.operation} returned the wrong shape")
        cotangent = with_statistics(g.reshape(output.shape), new.values())
        gradient, _ = call_pullback(pullback, step, cotangent)
        losses.append(value)
        found = {name: g for name in learned if (g := gradient[name]) is not None}
        for name in learned:
            if name not in found or found[name].shape != params[name].shape:
                raise NotJudged(f"the cotangent of {name} has the wrong shape")
        before = {name: params[name] for name in learned}
        if optimizer is None:
            stepped = {name: np.asarray(p - p.dtype.type(rate) * found[name]) for name, p in before.items()}
        else:
            try:
                stepped, state = optimizer.step(optimizer.checked(ask), before, found, state, lr=rate)
            except Misfit as error:
                raise NotJudged(str(error)) from None
        params = {**params, **stepped, **new}
    return np.array(losses), params


def _divided(
    returned: Tree, params: Mapping[str, Array], written: Sequence[str]
) -> tuple[Array, dict[str, Array]]:
    """What a model returned: its output, and the new values of the statistics."""
    output, *new = returned if isinstance(returned, tuple) and written else (returned,)
    found = {name: value for name, value in zip(written, new, strict=False) if isinstance(value, np.ndarray)}
    if not isinstance(output, np.ndarray) or len(found) != len(written):
        raise NotJudged("the output of vjp() has the wrong shape")
    if any(value.shape != params[name].shape for name, value in found.items()):
        raise NotJudged("a statistic has the wrong shape")
    return output, found


def with_statistics(cotangent: Array, new: Iterable[Array]) -> Tree:
    """A cotangent of a model's output where the model returned new statistics too: nothing flows through them."""
    zeros = [np.zeros_like(value) if is_floating(value) else None for value in new]
    return (cotangent, *zeros) if zeros else cotangent


class Reference:
    """The same descent by PyTorch in float64; `case` says which model."""

    def __init__(
        self,
        case: Case,
        params: Mapping[str, Array],
        batches: Sequence[Batch],
        *,
        rate: float,
        loss: str,
        optimizer: Optimizer | None = None,
    ) -> None:
        self._module, self._loss, self._rate = build(case), LOSSES[loss], rate
        self._optimizer = optimizer
        self._params, self._batches, self._dtype = params, batches, case.dtype

    @property
    def losses(self) -> Array:
        """The loss before each step."""
        return self._calm[0]

    @property
    def params(self) -> dict[str, Array]:
        """The params after the last step."""
        return dict(zip(self._params, self._calm[1:], strict=True))

    def spreads(self, careful: bool) -> list[Array | None]:
        """The spread of losses and params over noisy descents (see oracle.Spread)."""
        return list(self._careful_spread if careful else self._spread)

    @cached_property
    def _calm(self) -> list[Array]:
        return self._run()

    @cached_property
    def _spread(self) -> list[Array | None]:
        return self._noisy(RUNS)

    @cached_property
    def _careful_spread(self) -> list[Array | None]:
        return self._noisy(MORE_RUNS)

    def _noisy(self, runs: int) -> list[Array | None]:
        """The spread in the form in which it is largest."""
        calm, forms, count = side_by_side(self._calm, 0), list[Array](), 1
        while len(forms) < count:
            noisy, count = self._noisy_in(len(forms), runs)
            forms.append(root_mean_square(side_by_side(noisy, 1) - calm, 0) / injected(self._dtype))
        return taken_apart(np.fmax.reduce(forms), self._calm)

    def _noisy_in(self, form: int, runs: int) -> tuple[list[Array], int]:
        """Noisy descents, along a first dimension, and how many forms they have."""
        noise = Noise(0, self._dtype)
        rewritten = Rewritten(noise, form)
        try:
            with noise, rewritten:
                return self._run(runs), rewritten.forms
        except (RuntimeError, Warning):  # torch cannot batch some primitive
            found = []
            for seed in range(runs):
                noise = Noise(seed, self._dtype)
                rewritten = Rewritten(noise, form, batched=False)
                with noise, rewritten:
                    found.append(self._run())
            return [np.stack(arrays) for arrays in zip(*found, strict=True)], rewritten.forms

    def _run(self, runs: int | None = None) -> list[Array]:
        """The losses and the last params; with `runs` that many descents at once, along a first dimension."""
        of_loss, written = getattr(F, self._loss.operation), statistics(self._module)

        def evaluate(params: dict[str, Tensor], x: Tensor, target: Tensor) -> Any:
            returned = evaluated(self._module, params, (x,))
            output, *new = returned if written else (returned,)
            return of_loss(*self._loss.samples(output, target)), tuple(new)

        if runs is not None:
            evaluate = torch.vmap(evaluate)
        learned = [name for name in self._params if name in differentiated(self._module)]
        params = {name: _tensor(array, runs) for name, array in self._params.items()}
        state: dict[str, Tensor] = {}
        losses = []

        def ask(operation: str, params: dict[str, Tensor], *mappings: Any, **config: Any) -> Any:
            step = build(Case(operation=operation, dtype="float64", config=config))
            if operation == CLIPPING:  # which looks at one run's gradients at a time
                clip = functools.partial(step, {})
                return clip(*mappings) if runs is None else torch.vmap(clip)(*mappings)
            # All other steps are elementwise: one for all params together.
            gradients, state = mappings
            start = 0 if runs is None else 1
            stepped, state = step(_together(params, start), _together(gradients, start), state)
            sizes = [tensor[0].numel() if start else tensor.numel() for tensor in params.values()]
            parts = stepped["params"].split(sizes, dim=start)
            return {n: part.view(params[n].shape) for n, part in zip(params, parts, strict=True)}, state

        for x, target in self._batches:
            before = {name: params[name].requires_grad_() for name in learned}
            with known_warnings():
                loss, new = evaluate(params, _tensor(x, runs), _tensor(target, runs))
                # Summed over the runs: `grad_outputs=` would import sympy.
                found = torch.autograd.grad(loss.sum(), list(before.values()))
            losses.append(loss.detach())
            gradients = dict(zip(learned, found, strict=True))
            with torch.no_grad():
                if self._optimizer is None:
                    stepped = {name: array - self._rate * gradients[name] for name, array in before.items()}
                else:
                    stepped, state = self._optimizer.step(ask, before, gradients, state, lr=self._rate)
            params = {**params, **stepped, **dict(zip(written, new, strict=True))}
        return [torch.stack(losses, dim=-1).numpy(), *(array.detach().numpy() for array in params.values())]


def _together(tensors: Mapping[str, Tensor], start: int) -> dict[str, Tensor]:
    """All in one, each flat from the dimension `start` on."""
    return {"params": torch.cat([tensor.flatten(start) for tensor in tensors.values()], dim=start)}


def _tensor(array: Array, runs: int | None = None) -> Tensor:
    if runs is not None:
        array = np.broadcast_to(array, (runs, *array.shape))
    return torch.from_numpy(np.array(array, dtype=np.float64 if array.dtype.kind == "f" else None))
