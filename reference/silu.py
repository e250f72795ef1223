"""silu: the sigmoid-weighted linear unit, also called swish."""

from torch import nn


class SiLU(nn.SiLU):
    """y = x * sigmoid(x) = x / (1 + exp(-x)), elementwise

    The derivative is s * (1 + x * (1 - s)) with s = sigmoid(x). NaN gives NaN; inf gives inf, and -inf gives NaN,
    the product of -inf and 0, where the limit is 0. At both infinities the derivative is NaN.

    Inputs:
        x: (...)

    Output:
        y: (...), the shape of x

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.SiLU.html
        Elfwing, Uchibe, Doya (2018), Sigmoid-weighted linear units for neural network function approximation in
        reinforcement learning, https://arxiv.org/abs/1702.03118
    """

    def __init__(self) -> None:
        super().__init__(inplace=False)
