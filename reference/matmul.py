"""matmul: products of vectors, matrices and batches of matrices."""

import torch
from torch import Tensor, nn


class Matmul(nn.Module):
    """y[..., i, j] = sum over t of input[..., i, t] * other[..., t, j]

    The last two dimensions are a matrix, those before them a batch. Batches are broadcast to one another, and a
    cotangent is summed over what was repeated. A vector is a matrix of one row where it is the input, of one
    column where it is the other; that row or column is missing in y.

    Inputs:
        input: (..., rows, terms), or (terms,)
        other: (..., terms, columns), or (terms,)

    Output:
        y: (..., rows, columns), without rows or columns where an operand is a vector; 0 where there are no terms

    Raises:
        ValueError: an operand has no dimension; their numbers of terms differ; their batches do not broadcast.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.matmul.html
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor, other: Tensor) -> Tensor:
        return torch.matmul(input, other)
