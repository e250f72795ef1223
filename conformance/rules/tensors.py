"""Rules of what joins tensors, and of products of matrices."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .recipe import Outside, Recipe, Rule


def concat(tensors: Sequence[Tensor], dim: int = 0) -> Recipe:
    return Recipe(operation="concat", config={"dim": dim}, inputs=_of_one_dtype(*tensors))


def stacked_along(dim: int) -> Rule:
    """The rule of hstack (1) and vstack (0), which join tensors of two dimensions or more along `dim`."""

    def rule(tensors: Sequence[Tensor]) -> Recipe:
        fewest = min((tensor.dim() for tensor in tensors), default=2)
        if fewest > 1:
            return concat(tensors, dim)
        if fewest == 1 and dim == 1:
            return concat(tensors, 0)
        raise Outside("tensors that get a dimension on the way are outside the specification (see unsqueeze)")

    return rule


def matmul(input: Any, other: Any) -> Recipe:
    return Recipe(operation="matmul", inputs=_of_one_dtype(input, other))


def reflected_matmul(input: Any, other: Any) -> Recipe:
    """Other @ input"""
    return matmul(other, input)


def mm(input: Tensor, mat2: Tensor) -> Recipe:
    """Torch itself refuses shapes for which this is not a product of matrices, or of batches of them."""
    return matmul(input, mat2)


def mv(input: Tensor, vec: Tensor) -> Recipe:
    return matmul(input, vec)


def dot(input: Tensor, tensor: Tensor) -> Recipe:
    return matmul(input, tensor)


def _of_one_dtype(*operands: Tensor) -> tuple[Tensor, ...]:
    if not all(operand.is_floating_point() for operand in operands):
        raise Outside("tensors that are not floating are outside the specification")
    if len({operand.dtype for operand in operands}) > 1:
        raise Outside("what converts one dtype to another is outside the specification")
    return operands
