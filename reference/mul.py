"""mul: the product of two tensors, element by element."""

import torch
from torch import Tensor, nn


class Mul(nn.Module):
    """y = input * other, both broadcast to one shape

    Shapes are aligned at their last dimensions. A dimension that is missing in front, or has the size 1, is
    repeated; a cotangent is summed over what was repeated.

    Inputs:
        input: (...)
        other: (...), broadcastable with input

    Output:
        y: torch.broadcast_shapes(input.shape, other.shape)

    Raises:
        ValueError: the shapes do not broadcast.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.mul.html
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Tensor, other: Tensor) -> Tensor:
        return torch.mul(input, other)
