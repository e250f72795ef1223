"""linear: a dense layer."""

from torch import nn


class Linear(nn.Linear):
    """y = x @ weight.T + bias

    Config:
        bias: False leaves the bias out.

    Params:
        weight: (out_features, in_features)
        bias: (out_features,), only if `bias`

    Inputs:
        x: (..., in_features), any number of leading dimensions, also none

    Output:
        y: (..., out_features)

    Raises:
        ValueError: x is 0-d, or its last dimension is not in_features.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__(in_features, out_features, bias)
