"""relu: the rectified linear unit."""

from torch import nn


class ReLU(nn.ReLU):
    """y = max(x, 0), elementwise

    NaN gives NaN.

    Inputs:
        x: (...)

    Output:
        y: (...), the shape of x

    Subgradient:
        dy/dx = 0 if x <= 0 else 1: it is 0 at the kink x = 0 (and -0.0), and 1 at NaN.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html
        Bertoin, Bolte, Gerchinovitz, Pauwels (2021), Numerical influence of ReLU'(0) on backpropagation,
        https://arxiv.org/abs/2106.12915
    """

    def __init__(self) -> None:
        super().__init__(inplace=False)
