"""The reference evaluated in float64: expected output, expected cotangents, and their spread under rounding.

The one place where the judge meets `reference`.
"""

import hashlib
import importlib
import inspect
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from .case import Case
from .noise import INJECTED, Batchable, Noise
from .tree import Array, Tree, is_floating

torch.set_num_threads(1)

RUNS = 12
"""Noisy runs of a case whose tight check does not settle it."""

MORE_RUNS = 48
"""Noisy runs before a backend is accused: twelve estimate a spread within a factor of about two."""


@contextmanager
def known_warnings() -> Iterator[None]:
    """Exactly the warnings that torch is known to give on valid cases; any other one is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # padding='same' with an even kernel pads by hand.
        warnings.filterwarnings("ignore", message="Using padding='same' with even kernel lengths")
        # A constructor that initialises a weight of size zero.
        warnings.filterwarnings("ignore", message="Initializing zero-element tensors is a no-op")
        yield


def reference_class(name: str) -> type[nn.Module]:
    """The one public class of `reference/<name>.py`, or of `reference/models/<name>.py`."""
    for path in (f"reference.{name}", f"reference.models.{name}"):
        try:
            module = importlib.import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise
            continue
        classes: list[type[nn.Module]] = [
            value
            for key, value in vars(module).items()
            if inspect.isclass(value)
            and issubclass(value, nn.Module)
            and value.__module__ == path
            and not key.startswith("_")
        ]
        (found,) = classes
        return found
    raise LookupError(
        f"no reference for {name!r}: expected reference/{name}.py or reference/models/{name}.py"
    )


@lru_cache(maxsize=256)
def _module(
    name: str, config: tuple[tuple[str, Any], ...], tensors: tuple[tuple[str, int], ...]
) -> nn.Module:
    placeholders = {key: torch.ones(size, dtype=torch.float64) for key, size in tensors}
    with torch.random.fork_rng(devices=[]), known_warnings():
        module = reference_class(name)(**dict(config), **placeholders)
    return module.double().train(dict(config).get("training", True))


def build(case: Case) -> nn.Module:
    """The reference module of a case, in float64, built once for each config.

    A constructor argument that is a tensor (class weights) is a param: a placeholder stands for it.
    """
    signature = inspect.signature(reference_class(case.operation)).parameters
    tensors = tuple(
        (name, array.shape[0])
        for name, array in case.params.items()
        if name in signature and name not in case.config
    )
    return _module(case.operation, tuple(sorted(case.config.items())), tensors)


def build_model(name: str, config: Mapping[str, Any], seed: int) -> nn.Module:
    """A reference model as its constructor makes it, in torch's default dtype, its weights drawn with `seed`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed % 2**63)
        return reference_class(name)(**config)


def _tensor(array: Array | None, runs: int | None = None) -> Any:
    if array is None:
        return None
    if runs is not None:
        array = np.broadcast_to(array, (runs, *array.shape))
    # A copy: torch refuses read-only arrays, and the reference must not see the kernel's memory.
    return torch.from_numpy(np.array(array, dtype=np.float64 if is_floating(array) else None, order="C"))


def _leaves(value: Any) -> Any:
    return (
        [leaf for branch in value for leaf in _leaves(branch)]
        if isinstance(value, (tuple, list))
        else [value]
    )


def _array(value: Any) -> Tree:
    if isinstance(value, (tuple, list)):
        return tuple(_array(branch) for branch in value)
    return None if value is None else value.detach().numpy().copy()


@dataclass(frozen=True)
class Cotangents:
    """What a pullback returns: cotangents of params by name and of inputs in order, None where there is none."""

    params: Mapping[str, Array | None]
    inputs: tuple[Array | None, ...]


@dataclass(frozen=True)
class Spread:
    """Root mean square over noisy runs of the deviation per element, in units of the injected roundoff."""

    output: Tree
    cotangents: Cotangents


class Oracle:
    """The reference's answers to one case, each computed when first asked for."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def give_cotangent(self, cotangent: Tree) -> None:
        """Complete the case with a cotangent, once its output's shape is known."""
        self.case = replace(self.case, cotangent=cotangent)

    def _forward(self, runs: int | None = None) -> tuple[Any, dict[str, Tensor], list[Any]]:
        params = {name: _tensor(array, runs) for name, array in self.case.params.items()}
        inputs = [_tensor(array, runs) for array in self.case.inputs]
        module = build(self.case)
        # Buffers (class weights, running statistics) are params that the reference does not differentiate.
        differentiated = {name for name, _ in module.named_parameters()}
        for tensor in (*(t for name, t in params.items() if name in differentiated), *inputs):
            if tensor is not None and tensor.is_floating_point():
                tensor.requires_grad_()

        def evaluate(params: dict[str, Tensor], *inputs: Any) -> Any:
            return functional_call(module, params, inputs, strict=True)

        if runs is not None:
            evaluate = torch.vmap(evaluate, in_dims=(0, *(None if t is None else 0 for t in inputs)))
        with known_warnings():
            return evaluate(params, *inputs), params, inputs

    @cached_property
    def _evaluated(self) -> tuple[Any, dict[str, Tensor], list[Any]]:
        return self._forward()

    @cached_property
    def output(self) -> Tree:
        """The expected output: floating leaves in float64."""
        return _array(self._evaluated[0])

    @cached_property
    def cotangents(self) -> Cotangents:
        """The expected cotangents in float64, None for what the reference does not differentiate."""
        return self._pull_back(*self._evaluated)

    def _pull_back(
        self, output: Any, params: Mapping[str, Tensor], inputs: list[Any], runs: int | None = None
    ) -> Cotangents:
        outputs, given = _leaves(output), self.case.cotangent
        # A case that a law has made up has no cotangent, whatever the structure of its output.
        weights = [None] * len(outputs) if given is None else _leaves(given)
        pairs = [
            (leaf, _tensor(cotangent, runs))
            for leaf, cotangent in zip(outputs, weights, strict=True)
            if cotangent is not None and leaf.requires_grad
        ]
        wanted = [t for t in (*params.values(), *inputs) if t is not None and t.requires_grad]
        gradients: dict[int, Tensor] = {id(t): torch.zeros_like(t) for t in wanted}
        if pairs and wanted:
            with known_warnings():
                found = torch.autograd.grad(
                    [leaf for leaf, _ in pairs],
                    wanted,
                    [cotangent for _, cotangent in pairs],
                    materialize_grads=True,
                    retain_graph=True,
                )
            gradients = {id(t): g for t, g in zip(wanted, found, strict=True)}

        def gradient(tensor: Tensor | None) -> Array | None:
            found = None if tensor is None else gradients.get(id(tensor))
            return None if found is None else found.detach().numpy().copy()

        return Cotangents({k: gradient(t) for k, t in params.items()}, tuple(gradient(t) for t in inputs))

    @cached_property
    def spread(self) -> Spread:
        """The spread over RUNS noisy runs."""
        return self._spread(RUNS)

    @cached_property
    def careful_spread(self) -> Spread:
        """The spread over MORE_RUNS noisy runs, asked for before a backend is accused."""
        return self._spread(MORE_RUNS)

    def _spread(self, runs: int) -> Spread:
        calm = _flat(self.output, self.cotangents)
        with np.errstate(invalid="ignore", over="ignore"):
            spreads = iter(
                [
                    None
                    if a is None or b is None or not is_floating(b)
                    else np.sqrt(((a - b) ** 2).mean(axis=0)) / INJECTED
                    for a, b in zip(self._noisy(runs), calm, strict=True)
                ]
            )

        def refill(tree: Tree) -> Tree:
            return tuple(refill(branch) for branch in tree) if isinstance(tree, tuple) else next(spreads)

        output_spread = refill(self.output)
        params_spread = {name: next(spreads) for name in self.cotangents.params}
        return Spread(output_spread, Cotangents(params_spread, tuple(spreads)))

    def _noisy(self, runs: int) -> list[Array | None]:
        """The noisy outputs and cotangents, all runs in one; one by one where torch cannot."""
        try:
            return self._noisy_at_once(runs)
        except (RuntimeError, Warning):
            return self._noisy_one_by_one(runs)

    def _noisy_at_once(self, runs: int) -> list[Array | None]:
        noise = Noise(self._seed(0))
        with noise, Batchable(noise):
            output, params, inputs = self._forward(runs)
            return _flat(_array(output), self._pull_back(output, params, inputs, runs))

    def _noisy_one_by_one(self, runs: int) -> list[Array | None]:
        found = []
        for run in range(runs):
            with Noise(self._seed(run)):
                output, params, inputs = self._forward()
                found.append(_flat(_array(output), self._pull_back(output, params, inputs)))
        return [None if leaf[0] is None else np.stack(leaf) for leaf in zip(*found, strict=True)]

    def _seed(self, run: int) -> int:
        case = self.case
        digest = hashlib.sha256(f"{case.operation}{case.dtype}{sorted(case.config.items())}{run}".encode())
        for array in (*case.params.values(), *case.inputs):
            digest.update(b"" if array is None else array.tobytes())
        return int.from_bytes(digest.digest()[:7], "big")


def _flat(output: Tree, cotangents: Cotangents) -> list[Any]:
    return [*_leaves(output), *cotangents.params.values(), *cotangents.inputs]
