"""PyTorch itself as a backend: the reference evaluated in the case's own dtype, with autograd's pullback."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from conformance.case import Case
from conformance.kernel import Kernel
from conformance.oracle import build, known_warnings
from conformance.tree import Array, Tree


def torch_kernel(operation: str) -> Kernel:
    """The kernel that PyTorch would be; whatever it refuses, it refuses with ValueError."""

    def evaluate(
        params: Mapping[str, Array], inputs: tuple[Array | None, ...], config: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Tensor], list[Any]]:
        case = Case(operation=operation, dtype="", config=config, params=params, inputs=inputs)
        try:
            module = build(case)
            differentiated = {name for name, _ in module.named_parameters()}
            tensors = {name: _tensor(array) for name, array in params.items()}
            arguments = [None if array is None else _tensor(array) for array in inputs]
            for tensor in (*(tensors[name] for name in differentiated & set(tensors)), *arguments):
                if tensor is not None and tensor.is_floating_point():
                    tensor.requires_grad_()
            with known_warnings():
                output = functional_call(module, tensors, tuple(arguments), strict=True)
        except (RuntimeError, IndexError, TypeError) as error:
            raise ValueError(str(error)) from error
        return output, tensors, arguments

    def forward(params: Mapping[str, Array], *inputs: Array | None, **config: Any) -> Tree:
        return _arrays(evaluate(params, inputs, config)[0])

    def vjp(params: Mapping[str, Array], *inputs: Array | None, **config: Any) -> tuple[Tree, Any]:
        output, tensors, arguments = evaluate(params, inputs, config)
        wanted = [t for t in (*tensors.values(), *arguments) if t is not None and t.requires_grad]

        def pullback(cotangent: Tree) -> tuple[dict[str, Array | None], tuple[Array | None, ...]]:
            pairs = [
                (leaf, _tensor(given))
                for leaf, given in zip(_leaves(output), _leaves(cotangent), strict=True)
                if given is not None
            ]
            with known_warnings():
                gradients = torch.autograd.grad(
                    [leaf for leaf, _ in pairs],
                    wanted,
                    [given for _, given in pairs],
                    materialize_grads=True,
                    retain_graph=True,
                )
            found = {id(tensor): gradient for tensor, gradient in zip(wanted, gradients, strict=True)}

            def gradient(tensor: Tensor | None) -> Array | None:
                return None if id(tensor) not in found else found[id(tensor)].numpy().copy()

            return {name: gradient(t) for name, t in tensors.items()}, tuple(map(gradient, arguments))

        return _arrays(output), pullback

    return Kernel(operation, forward, vjp)


def _tensor(array: Array) -> Tensor:
    return torch.from_numpy(np.array(array, order="C"))


def _leaves(tree: Any) -> list[Any]:
    return [leaf for branch in tree for leaf in _leaves(branch)] if isinstance(tree, tuple) else [tree]


def _arrays(value: Any) -> Tree:
    if isinstance(value, tuple):
        return tuple(_arrays(branch) for branch in value)
    array: Array = value.detach().numpy().copy()
    return array
