"""concat: several tensors one after the other."""

import torch
from torch import Tensor, nn


class Concat(nn.Module):
    """y[..., j, ...] = tensors[k][..., j - start[k], ...] for start[k] <= j < start[k + 1]

    where j counts along dim, and start[k] is the sum of the sizes along dim of the tensors before tensors[k]. The
    cotangent of a tensor is its part of the cotangent.

    Config:
        dim: the dimension along which they are joined; a negative one is counted from the last.

    Inputs:
        tensors: one or more, of any shapes (...) that differ along dim alone. A vector without elements, (0,),
            may stand beside tensors of any shape, and adds nothing.

    Output:
        y: (...), along dim the sum of their sizes

    Raises:
        ValueError: there is no tensor, or one without dimensions; dim is out of range; numbers of dimensions, or
            sizes that are not along dim, differ.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.cat.html
        https://docs.pytorch.org/docs/stable/generated/torch.concat.html, its alias
    """

    def __init__(self, dim: int = 0) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, *tensors: Tensor) -> Tensor:
        return torch.cat(tensors, self.dim)
