"""Gradient descent, step by step: a backend's, and PyTorch's in float64 with its spread under rounding."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import functional_call

from .case import Case
from .kernel import Arguments, Kernel, call_pullback, call_vjp
from .law import NotJudged
from .noise import INJECTED, Batchable, Form, Noise
from .oracle import MORE_RUNS, RUNS, root_mean_square
from .specification import build, known_warnings
from .tree import Array

Batch: TypeAlias = tuple[Array, Array]
"""Inputs and targets."""

LOSSES: Mapping[str, Mapping[str, Any]] = {
    "cross_entropy": {"ignore_index": -100, "reduction": "mean", "label_smoothing": 0.0},
    "mse_loss": {"reduction": "mean"},
}
"""The losses that models are trained with, and their complete configs: torch's defaults."""


def descend(
    model: Kernel,
    loss: Kernel,
    case: Case,
    params: Mapping[str, Array],
    batches: Sequence[Batch],
    *,
    rate: float,
) -> tuple[Array, dict[str, Array]]:
    """Step to params - rate * gradient of the mean loss, once for each batch: the losses and the last params.

    Raises CallFault where a kernel does, NotJudged where what it returns does not fit.
    """
    losses = []
    params = dict(params)
    for x, target in batches:
        step = replace(case, params=params, inputs=(x,))
        output, pullback = call_vjp(model, step, Arguments.of(step))
        if not isinstance(output, np.ndarray) or len(output) != len(target):
            raise NotJudged("the output of vjp() has the wrong shape")
        config = LOSSES[loss.operation]
        question = Case(operation=loss.operation, dtype=case.dtype, config=config, inputs=(output, target))
        value, pull_loss = call_vjp(loss, question, Arguments.of(question))
        _, (g, _) = call_pullback(pull_loss, question, np.ones((), case.dtype))
        if not isinstance(value, np.ndarray) or value.shape or g is None or g.shape != output.shape:
            raise NotJudged(f"{loss.operation} returned the wrong shape")
        gradient, _ = call_pullback(pullback, step, g)
        losses.append(value)
        for name, array in params.items():
            found = gradient[name]
            if found is None or found.shape != array.shape:
                raise NotJudged(f"the cotangent of {name} has the wrong shape")
            params[name] = np.asarray(array - array.dtype.type(rate) * found)
    return np.array(losses), params


class Reference:
    """The same descent by PyTorch in float64; `case` says which model."""

    def __init__(
        self, case: Case, params: Mapping[str, Array], batches: Sequence[Batch], *, rate: float, loss: str
    ) -> None:
        self._module, self._loss, self._rate = build(case), getattr(F, loss), rate
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
            forms.append([root_mean_square(many - calm, 0) / INJECTED for many, calm in pairs])
            count = form.count
        return [np.fmax.reduce(spreads) for spreads in zip(*forms, strict=True)]

    def _noisy_in(self, form: Form, runs: int) -> list[Array]:
        noise = Noise(0, self._dtype)
        try:
            with noise, form, Batchable(noise):
                return self._run(runs)
        except (RuntimeError, Warning):  # torch cannot batch some primitive
            found = []
            for seed in range(runs):
                with Noise(seed, self._dtype), form:
                    found.append(self._run())
            return [np.stack(arrays) for arrays in zip(*found, strict=True)]

    def _run(self, runs: int | None = None) -> list[Array]:
        """The losses and the last params; with `runs` that many descents at once, along a first dimension."""

        def evaluate(params: dict[str, Tensor], x: Tensor, target: Tensor) -> Any:
            return self._loss(functional_call(self._module, params, (x,), strict=True), target)

        if runs is not None:
            evaluate = torch.vmap(evaluate)
        params = {name: _tensor(array, runs).requires_grad_() for name, array in self._params.items()}
        losses = []
        for x, target in self._batches:
            with known_warnings():
                loss = evaluate(params, _tensor(x, runs), _tensor(target, runs))
                gradients = torch.autograd.grad(loss, list(params.values()), torch.ones_like(loss))
            losses.append(loss.detach())
            with torch.no_grad():
                params = {
                    name: (array - self._rate * gradient).requires_grad_()
                    for (name, array), gradient in zip(params.items(), gradients, strict=True)
                }
        return [torch.stack(losses, dim=-1).numpy(), *(array.detach().numpy() for array in params.values())]


def _tensor(array: Array, runs: int | None = None) -> Tensor:
    if runs is not None:
        array = np.broadcast_to(array, (runs, *array.shape))
    return torch.from_numpy(np.array(array, dtype=np.float64 if array.dtype.kind == "f" else None))
