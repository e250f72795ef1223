"""A kernel from a function of torch tensors, evaluated in the case's own dtype and differentiated by autograd."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .case import Argument, Case
from .kernel import Kernel
from .specification import build, differentiated, evaluated, has_derivative
from .tree import Array, Tree, leaves

Function = Callable[..., Any]
"""(params, *inputs, **config) -> output, in tensors: a tensor or nested tuples and mappings of them."""


def reference_function(operation: str) -> Function:
    """The reference of an operation as a function of tensors, in whatever dtype they have."""

    def function(params: Mapping[str, Tensor], *inputs: Tensor | None, **config: Any) -> Any:
        module = build(Case(operation=operation, dtype="", config=config, params=params))  # type: ignore[arg-type]
        if any(isinstance(given, Mapping) for given in inputs):
            return module(dict(params), *inputs)
        return evaluated(module, params, inputs)

    return function


def eager_kernel(operation: str, function: Function | None = None) -> Kernel:
    """`function`, by default the reference itself, as a kernel that keeps the contract.

    What torch refuses, with whatever exception, is a ValueError here; only NotImplementedError stays.
    """
    evaluate = reference_function(operation) if function is None else function

    def forward(params: Mapping[str, Array], *inputs: Argument, **config: Any) -> Tree:
        with _refusals(), torch.no_grad():
            output = evaluate(_tensors(params), *(_tensor(array) for array in inputs), **config)
            return _arrays(output)

    def vjp(params: Mapping[str, Array], *inputs: Array | None, **config: Any) -> tuple[Tree, Any]:
        with _refusals():
            case = Case(operation=operation, dtype="", config=config, params=params)
            learned = differentiated(build(case))
            given = _tensors(params)
            passed = tuple(_tensor(array) for array in inputs)
            floating = [x for x in passed if x is not None and x.is_floating_point()]
            wanted = [*(x for name, x in given.items() if name in learned), *floating]
            for x in wanted:
                x.requires_grad_()
            output = evaluate(given, *passed, **config)
            result = _arrays(output)

        def pullback(cotangent: Tree) -> tuple[dict[str, Array | None], tuple[Array | None, ...]]:
            pairs = [
                (y, _tensor(g))
                for y, (_, g) in zip(_flat(output), leaves(cotangent), strict=True)
                if g is not None and y.requires_grad
            ]
            outputs, cotangents = [y for y, _ in pairs], [g for _, g in pairs]
            found = (
                torch.autograd.grad(outputs, wanted, cotangents, materialize_grads=True, retain_graph=True)
                if pairs and wanted
                else [torch.zeros_like(x) for x in wanted]
            )
            of = {id(x): g.numpy().copy() for x, g in zip(wanted, found, strict=True)}
            return {name: of.get(id(x)) for name, x in given.items()}, tuple(of.get(id(x)) for x in passed)

        return result, pullback

    return Kernel(operation, forward, vjp if has_derivative(operation) else None)


@contextmanager
def _refusals() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except NotImplementedError:
            raise
        except (RuntimeError, IndexError, TypeError) as error:
            raise ValueError(str(error)) from error


def _tensor(array: Argument) -> Any:
    # Copied to torch's own memory, which is aligned, and to plain strides: results must not depend on where and
    # how an argument lies, and over odd strides of a dimension of size 1 the float32 pullback of torch 2.13's
    # convolution writes beyond its memory.
    if array is None:
        return None
    if isinstance(array, Mapping):
        return _tensors(array)
    return torch.from_numpy(np.array(array, order="C")).clone(memory_format=torch.contiguous_format)


def _tensors(params: Mapping[str, Array]) -> dict[str, Any]:
    return {name: _tensor(array) for name, array in params.items()}


def _flat(output: Any) -> list[Tensor]:
    return [leaf for branch in output for leaf in _flat(branch)] if isinstance(output, tuple) else [output]


def _arrays(output: Any) -> Tree:
    if isinstance(output, tuple):
        return tuple(_arrays(branch) for branch in output)
    if isinstance(output, dict):
        return {key: _arrays(branch) for key, branch in output.items()}
    return np.array(output.detach().numpy())
