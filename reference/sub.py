"""sub: the difference of two tensors, one of them scaled."""

import torch
from torch import Tensor, nn


class Sub(nn.Module):
    """y = input - alpha * other, both broadcast to one shape

    Shapes are aligned at their last dimensions. A dimension that is missing in front, or has the size 1, is
    repeated; a cotangent is summed over what was repeated.

    Config:
        alpha: the factor of other, an int or a float. It is no tensor and is not differentiated.

    Inputs:
        input: (...)
        other: (...), broadcastable with input

    Output:
        y: torch.broadcast_shapes(input.shape, other.shape)

    Raises:
        ValueError: the shapes do not broadcast; alpha is a boolean.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.sub.html
    """

    def __init__(self, alpha: int | float = 1) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, input: Tensor, other: Tensor) -> Tensor:
        return torch.sub(input, other, alpha=self.alpha)
