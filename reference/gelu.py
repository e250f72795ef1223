"""gelu: the Gaussian error linear unit."""

from torch import nn


class GELU(nn.GELU):
    """y = x * Phi(x), elementwise, where Phi is the distribution function of the standard normal distribution

    Phi(x) = (1 + erf(x / sqrt(2))) / 2 if approximate is "none"; if it is "tanh",
    Phi(x) = (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2, within 2e-4 of it.

    The derivative is Phi(x) + x * Phi'(x), with Phi'(x) = exp(-x**2 / 2) / sqrt(2 * pi) if approximate is "none".
    NaN gives NaN; inf gives inf (in float32, if approximate is "none", NaN on some processors), and -inf gives
    NaN, the product of -inf and 0, where the limit is 0. At both infinities the derivative is NaN.

    Config:
        approximate: "none" or "tanh"

    Inputs:
        x: (...)

    Output:
        y: (...), the shape of x

    Raises:
        ValueError: approximate is neither "none" nor "tanh".

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.GELU.html
        Hendrycks, Gimpel (2016), Gaussian error linear units, https://arxiv.org/abs/1606.08415
    """

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ValueError(f"approximate must be 'none' or 'tanh', got {approximate!r}")
        super().__init__(approximate)
