"""Linear regression: a dense layer whose output is the prediction."""

from torch import Tensor, nn


class LinearRegression(nn.Module):
    """y = x @ weight.T + bias

    Args:
        in_features: features of one example.
        out_features: predicted numbers of one example.

    Inputs:
        x: (N, in_features)

    Output:
        y: (N, out_features)
    """

    def __init__(self, in_features: int, out_features: int = 1) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        prediction: Tensor = self.linear(x)
        return prediction
