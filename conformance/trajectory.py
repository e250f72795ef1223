"""Gradient descent, step by step: a backend's, and PyTorch's in float64 with its spread under rounding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .case import Case
from .kernel import Arguments, Kernel, call_pullback, call_vjp
from .law import NotJudged
from .losses import LOSSES
from .noise import Batchable, Form, Noise, composed_roundoff
from .oracle import MORE_RUNS, RUNS, root_mean_square
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
) -> tuple[Array, dict[str, Array]]:
    """Step to params - rate * gradient of the mean loss, once for each batch: the losses and the last params.

    `scoring` is the kernel of `loss`. Running statistics are those after each step. Raises CallFault where a
    kernel does, NotJudged where what it returns does not fit.
    """
    losses, asked = [], LOSSES[loss]
    params, module = dict(params), build(case)
    learned, written = differentiated(module), statistics(module)
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
        for name in learned:
            found = gradient[name]
            if found is None or found.shape != params[name].shape:
                raise NotJudged(f"the cotangent of {name} has the wrong shape")
            params[name] = np.asarray(params[name] - params[name].dtype.type(rate) * found)
        params.update(new)
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
        self, case: Case, params: Mapping[str, Array], batches: Sequence[Batch], *, rate: float, loss: str
    ) -> None:
        self._module, self._loss, self._rate = build(case), LOSSES[loss], rate
        self._params, self._batches, self._dtype = params, batches, case.dtype
        self._roundoff = composed_roundoff(case.dtype)

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
    def _spread(self) -> list[Array]:
        return self._noisy(RUNS)

    @cached_property
    def _careful_spread(self) -> list[Array]:
        return self._noisy(MORE_RUNS)

    def _noisy(self, runs: int) -> list[Array]:
        """The spread in the form in which it is largest."""
        forms: list[list[Array]] = []
        count = 1
        while len(forms) < count:
            form = Form(len(forms))
            noisy = self._noisy_in(form, runs)
            pairs = zip(noisy, self._calm, strict=True)
            forms.append([root_mean_square(many - calm, 0) / self._roundoff for many, calm in pairs])
            count = form.count
        return [np.fmax.reduce(spreads) for spreads in zip(*forms, strict=True)]

    def _noisy_in(self, form: Form, runs: int) -> list[Array]:
        noise = Noise(0, self._dtype, self._roundoff)
        try:
            with noise, form, Batchable(noise):
                return self._run(runs)
        except (RuntimeError, Warning):  # torch cannot batch some primitive
            found = []
            for seed in range(runs):
                with Noise(seed, self._dtype, self._roundoff), form:
                    found.append(self._run())
            return [np.stack(arrays) for arrays in zip(*found, strict=True)]

    def _run(self, runs: int | None = None) -> list[Array]:
        """The losses and the last params; with `runs` that many descents at once, along a first dimension."""
        of_loss, written = getattr(F, self._loss.operation), statistics(self._module)

        def evaluate(params: dict[str, Tensor], x: Tensor, target: Tensor) -> Any:
            returned = evaluated(self._module, params, (x,))
            output, *new = returned if written else (returned,)
            return of_loss(*self._loss.samples(output, target)), tuple(new)

        if runs is not None:
            evaluate = torch.vmap(evaluate)
        learned = differentiated(self._module)
        params = {name: _tensor(array, runs) for name, array in self._params.items()}
        losses = []
        for x, target in self._batches:
            varied = [params[name].requires_grad_() for name in params if name in learned]
            with known_warnings():
                loss, new = evaluate(params, _tensor(x, runs), _tensor(target, runs))
                gradients = iter(torch.autograd.grad(loss, varied, torch.ones_like(loss)))
            losses.append(loss.detach())
            with torch.no_grad():
                params = {
                    name: array - self._rate * next(gradients) if name in learned else array
                    for name, array in params.items()
                }
            params.update(zip(written, new, strict=True))
        return [torch.stack(losses, dim=-1).numpy(), *(array.detach().numpy() for array in params.values())]


def _tensor(array: Array, runs: int | None = None) -> Tensor:
    if runs is not None:
        array = np.broadcast_to(array, (runs, *array.shape))
    return torch.from_numpy(np.array(array, dtype=np.float64 if array.dtype.kind == "f" else None))
