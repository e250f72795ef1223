"""flatten: several dimensions to one."""

from torch import Tensor, nn


class Flatten(nn.Module):
    """y = x.reshape(x.shape[:start_dim] + (-1,) + x.shape[end_dim + 1:]), in row-major order, copied

    Config:
        start_dim: the first dimension to flatten; a negative one counts from the last.
        end_dim: the last dimension to flatten, itself included; a negative one counts from the last.

    Inputs:
        x: (...)

    Output:
        y: (d[0], ..., d[start_dim] * ... * d[end_dim], ..., d[-1]) for x.shape = d; (1,) for a 0-d x.
            Always a copy, also where the shape stays the same.

    Raises:
        ValueError: start_dim or end_dim is out of range (a 0-d x has the dimensions 0 and -1), or start_dim
            comes after end_dim.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(self.start_dim, self.end_dim).clone()
