"""Softmax regression: a dense layer whose outputs are the logits of a softmax."""

from torch import Tensor, nn


class SoftmaxRegression(nn.Module):
    """logits = flatten(x) @ weight.T + bias

    Args:
        in_features: features of one example, for images C * H * W.
        num_classes: classes to tell apart.

    Inputs:
        x: (N, in_features) or (N, C, H, W)

    Output:
        logits: (N, num_classes)
    """

    def __init__(self, in_features: int = 784, num_classes: int = 10) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(in_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.linear(self.flatten(x))
        return logits
