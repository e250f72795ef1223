"""local_response_norm: every channel divided by what its neighbours respond."""

from torch import Tensor, nn


class LocalResponseNorm(nn.LocalResponseNorm):
    """y[n, c] = x[n, c] / (k + alpha / size * sum over d of x[n, d] ** 2) ** beta

    where d runs over the channels from c - size // 2 to c + (size - 1) // 2, at every position alike. Channels
    that are not there count as 0: the sum is divided by size at the ends, too.

    Config:
        size: the number of channels in a window; of an even one, more are before c than behind it.
        alpha, beta, k: factor, exponent and summand.

    Inputs:
        x: (N, C, L), (N, C, H, W) or (N, C, d1, ..., dK) with more dimensions; any of them may be 0

    Output:
        y: the shape of x. Where k + ... is 0, or negative without an integer for beta, y is what IEEE 754's
            power and division make of it.

    Raises:
        ValueError: x has fewer than three dimensions; size < 1.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
        Krizhevsky, Sutskever, Hinton (2012), ImageNet classification with deep convolutional neural networks,
        section 3.3 (there alpha is not divided by size)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__(size, alpha, beta, k)

    def forward(self, input: Tensor) -> Tensor:
        y = super().forward(input)
        # Of nothing, PyTorch returns its argument.
        return y.clone() if y is input else y
