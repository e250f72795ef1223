"""relu6: the rectified linear unit, capped."""

from torch import nn


class ReLU6(nn.ReLU6):
    """y = min(max(x, 0), 6), elementwise

    NaN gives NaN; what its derivative is PyTorch leaves open (its vectorised loop and the scalar one differ).

    Inputs:
        x: (...)

    Output:
        y: (...), the shape of x

    Subgradient:
        dy/dx = 1 if 0 < x < 6 else 0: it is 0 at both kinks, x = 0 (and -0.0) and x = 6.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU6.html
        Howard et al. (2017), MobileNets, https://arxiv.org/abs/1704.04861
    """

    def __init__(self) -> None:
        super().__init__(inplace=False)
