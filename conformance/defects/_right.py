"""What mistakes start from: the right computation, and ways of making its derivative wrong alone.

Nearly every defect is a function of torch tensors that calls the reference with something changed, and so gets
its own, equally wrong, derivative from autograd.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor

from ..eager import Function, eager_kernel, reference_function

Params: TypeAlias = Mapping[str, Any]

right: Callable[[str], Function] = reference_function
"""right(operation) is the reference as a function of tensors."""


def right_kernel(operation: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """(forward, vjp) of arrays: for mistakes in how arrays are handled."""
    kernel = eager_kernel(operation)
    assert kernel.forward is not None and kernel.vjp is not None
    return kernel.forward, kernel.vjp


def right_forward(operation: str) -> Callable[..., Any]:
    """The forward of arrays alone: of an operation without a derivative."""
    forward = eager_kernel(operation).forward
    assert forward is not None
    return forward


def named(function: Function, mistake: Callable[..., Any]) -> Function:
    """The function under the name and the sentence of the mistake that it makes."""
    function.__name__, function.__doc__ = mistake.__name__, mistake.__doc__
    return function


class _Swapped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: Tensor, other: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def backward(ctx: Any, *cotangents: Any) -> Any:
        return None, *cotangents


def with_derivative_of(value: Tensor, other: Tensor) -> Tensor:
    """`value`, differentiated as if it were `other`, which has its shape."""
    swapped: Tensor = _Swapped.apply(value, other)  # type: ignore[no-untyped-call]
    return swapped


def scaled_cotangent(x: Tensor, factor: Any) -> Tensor:
    """`x`, whose cotangent comes back multiplied by `factor`."""
    return with_derivative_of(x, factor * x)


def pair(option: int | tuple[int, int]) -> tuple[int, int]:
    """An int-or-pair option as a pair (rows, columns)."""
    return option if isinstance(option, tuple) else (option, option)
