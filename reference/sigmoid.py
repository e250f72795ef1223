"""sigmoid: the logistic function."""

from torch import nn


class Sigmoid(nn.Sigmoid):
    """y = 1 / (1 + exp(-x)), elementwise

    It saturates: 0 at -inf, 1 at inf, and no finite x overflows. NaN gives NaN.

    Inputs:
        x: (...)

    Output:
        y: (...), the shape of x

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
    """

    def __init__(self) -> None:
        super().__init__()
