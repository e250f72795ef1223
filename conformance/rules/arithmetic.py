"""Rules of sums, differences and products, of tensors and of Python's numbers, and of averages."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

from torch import Tensor

from .recipe import Outside, Recipe


def add(input: Any, other: Any, *, alpha: float = 1) -> Recipe:
    return Recipe(operation="add", config={"alpha": alpha}, inputs=_operands(input, other))


def sub(input: Any, other: Any, *, alpha: float = 1) -> Recipe:
    return Recipe(operation="sub", config={"alpha": alpha}, inputs=_operands(input, other))


def reflected_sub(input: Any, other: Any, *, alpha: float = 1) -> Recipe:
    """Other - alpha * input"""
    return sub(other, input, alpha=alpha)


def mul(input: Any, other: Any) -> Recipe:
    return Recipe(operation="mul", inputs=_operands(input, other))


def mean(
    input: Tensor, dim: int | Sequence[int] | None = None, keepdim: bool = False, *, dtype: object = None
) -> Recipe:
    if dtype is not None:
        raise Outside("dtype is given")
    return Recipe(
        operation="mean",
        config={"dim": tuple(dim) if isinstance(dim, Sequence) else dim, "keepdim": keepdim},
        inputs=(input,),
    )


def _operands(*operands: Any) -> tuple[Tensor | float, ...]:
    """Both operands, of one floating dtype: torch computes a number in the dtype of the tensor beside it."""
    found: list[Tensor | float] = []
    for operand in operands:
        if isinstance(operand, Tensor):
            if not operand.is_floating_point():
                raise Outside("arithmetic of integers is outside the specification")
            found.append(operand)
        elif isinstance(operand, Real):
            found.append(float(operand))
        else:
            raise Outside(f"arithmetic with a {type(operand).__name__} is outside the specification")
    if len({operand.dtype for operand in found if isinstance(operand, Tensor)}) > 1:
        raise Outside("arithmetic that converts one dtype to another is outside the specification")
    return tuple(found)
