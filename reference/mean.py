"""mean: the average over some dimensions or all of them."""

from torch import Tensor, nn


class Mean(nn.Module):
    """y = sum over dim of x / n, n the product of the sizes along dim

    Config:
        dim: the dimension or dimensions to average over, negative ones counted from the last; None and an
            empty tuple are all of them.
        keepdim: whether these dimensions stay, with size 1.

    Inputs:
        x: (...)

    Output:
        y: the shape of x without dim, or with keepdim with 1 in its place; NaN where n = 0.

    Raises:
        ValueError: a dimension is out of range (a 0-d x has the dimensions 0 and -1), or given twice; x is not
            floating.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.mean.html
    """

    def __init__(self, dim: int | tuple[int, ...] | None, keepdim: bool = False) -> None:
        super().__init__()
        self.dim = dim
        self.keepdim = keepdim

    def forward(self, x: Tensor) -> Tensor:
        # To vmap, no dimension means that of the batch as well.
        dim = tuple(range(x.ndim)) if self.dim is None or self.dim == () else self.dim
        return x.mean(dim, self.keepdim)
