"""hardswish: the piecewise stand-in for silu."""

from torch import nn


class Hardswish(nn.Hardswish):
    """y = x * min(max(x + 3, 0), 6) / 6, elementwise

    It is 0 if x <= -3, x if x >= 3, and x * (x + 3) / 6 between. NaN gives NaN; what its derivative is
    PyTorch leaves open (its vectorised loop and the scalar one differ). -inf gives NaN, the product of
    -inf and 0, where the limit is 0.

    Inputs:
        x: (...)

    Output:
        y: (...), the shape of x

    Subgradient:
        dy/dx = 0 if x <= -3, 1 if x >= 3, else x / 3 + 1/2: at the kinks it is that of the straight piece.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
        Howard et al. (2019), Searching for MobileNetV3, https://arxiv.org/abs/1905.02244
    """

    def __init__(self) -> None:
        super().__init__(inplace=False)
