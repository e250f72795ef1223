"""leaky_relu: the rectified linear unit with a slope below zero."""

from torch import nn


class LeakyReLU(nn.LeakyReLU):
    """y = x if x > 0 else negative_slope * x, elementwise

    NaN gives NaN. With a slope of 0, -inf gives NaN, the product of both.

    Config:
        negative_slope: any number; of any sign

    Inputs:
        x: (...)

    Output:
        y: (...), the shape of x

    Raises:
        ValueError: negative_slope is no number.

    Subgradient:
        dy/dx = 1 if x > 0 else negative_slope: it is negative_slope at the kink x = 0 (and -0.0), and at NaN.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
        Maas, Hannun, Ng (2013), Rectifier nonlinearities improve neural network acoustic models,
        https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf
    """

    def __init__(self, negative_slope: float = 1e-2) -> None:
        super().__init__(negative_slope, inplace=False)
