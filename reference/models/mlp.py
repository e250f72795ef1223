"""A multilayer perceptron with one hidden layer."""

from torch import Tensor, nn


class MLP(nn.Module):
    """logits = relu(flatten(x) @ W1.T + b1) @ W2.T + b2

    Weights start at 0.01 * randn, biases at 0, so that all classes start nearly equally likely and the first
    cross-entropy is near log(num_classes). With randn itself the logits of the default sizes have standard
    deviations in the hundreds, and so has the first loss.

    Args:
        in_features: features of one example, for images C * H * W.
        hidden_features: units of the hidden layer.
        num_classes: classes to tell apart.

    Inputs:
        x: (N, in_features) or (N, C, H, W)

    Output:
        logits: (N, num_classes)
    """

    def __init__(self, in_features: int = 784, hidden_features: int = 256, num_classes: int = 10) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.hidden = nn.Linear(in_features, hidden_features)
        self.relu = nn.ReLU()
        self.output = nn.Linear(hidden_features, num_classes)
        for layer in (self.hidden, self.output):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.hidden(self.flatten(x)))
        logits: Tensor = self.output(x)
        return logits
