"""The specification's modules: the classes of `reference`, built in float64, once for each config.

The one place where the judge meets `reference`.
"""

import importlib
import inspect
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from .case import Case

torch.set_num_threads(1)


@contextmanager
def known_warnings() -> Iterator[None]:
    """Exactly the warnings that torch is known to give on valid cases; any other one is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # padding='same' with an even kernel pads by hand.
        warnings.filterwarnings("ignore", message="Using padding='same' with even kernel lengths")
        # A constructor that initialises a weight of size zero.
        warnings.filterwarnings("ignore", message="Initializing zero-element tensors is a no-op")
        # One recurrent layer has nothing after it that dropout could act on.
        warnings.filterwarnings("ignore", message="dropout option adds dropout after all but last recurrent")
        yield


@cache
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
    name: str,
    config: tuple[tuple[str, Any], ...],
    types: tuple[type, ...],
    tensors: tuple[tuple[str, int], ...],
) -> nn.Module:
    placeholders = {key: torch.ones(size, dtype=torch.float64) for key, size in tensors}
    with torch.random.fork_rng(devices=[]), known_warnings():
        module = reference_class(name)(**dict(config), **placeholders)
    return module.double().train(dict(config).get("training", True))


@cache
def _options(operation: str) -> frozenset[str]:
    return frozenset(inspect.signature(reference_class(operation)).parameters)


@lru_cache(maxsize=256)
def differentiated(module: nn.Module) -> frozenset[str]:
    """The params that the reference differentiates: buffers (class weights, running statistics) it does not."""
    return frozenset(name for name, _ in module.named_parameters())


@lru_cache(maxsize=256)
def statistics(module: nn.Module) -> tuple[str, ...]:
    """The buffers that a call writes to: running statistics of torch's own batch norms, in training."""
    written = {
        id(buffer)
        for layer in module.modules()
        # Three classes share the method; a subclass with one of its own, as the reference's, writes to nothing.
        if type(layer).forward is nn.BatchNorm1d.forward and layer.training and layer.track_running_stats
        for buffer in layer.buffers(recurse=False)
    }
    return tuple(name for name, buffer in module.named_buffers() if id(buffer) in written)


def evaluated(module: nn.Module, params: Mapping[str, Tensor], inputs: Sequence[Tensor | None]) -> Any:
    """The output of a module with these params, or (output, new statistics in order) where there are any.

    Nothing that is given is written to.
    """
    fresh = {name: params[name].clone() for name in statistics(module)}
    output = functional_call(module, {**params, **fresh}, tuple(inputs), strict=True)
    return (output, *fresh.values()) if fresh else output


def has_derivative(operation: str) -> bool:
    """Whether a reference is differentiated: a step of an optimiser, which is given params, is not."""
    return "params" not in inspect.signature(reference_class(operation).forward).parameters


def build(case: Case) -> nn.Module:
    """The reference module of a case, in float64, built once for each config.

    A constructor argument that is a tensor (class weights) is a param: a placeholder stands for it.
    """
    options = _options(case.operation)
    tensors = tuple(
        (name, array.shape[0])
        for name, array in case.params.items()
        if name in options and name not in case.config
    )
    config = tuple(sorted(case.config.items()))
    # True, 1 and 1.0 are one key, and a factor may be two of them only.
    return _module(case.operation, config, tuple(type(value) for _, value in config), tensors)


def build_model(name: str, config: Mapping[str, Any], seed: int) -> nn.Module:
    """A reference model as its constructor makes it, in torch's default dtype, its weights drawn with `seed`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed % 2**63)
        return reference_class(name)(**config)
