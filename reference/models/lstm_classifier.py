"""A classifier that reads a sequence, or an image row by row, with layers of long short-term memory."""

from torch import Tensor, nn


class LSTMClassifier(nn.Module):
    """logits = W @ h[T - 1] + b

    with h the outputs of LSTM layers over a sequence of T steps: what is known when all of it has been read. An
    image is the sequence of its rows from top to bottom, the channels of a row side by side.

    Args:
        in_features: features of a step; of an image channels * columns.
        hidden_size: units of each recurrent layer.
        num_classes: classes to tell apart.
        num_layers: how many layers are stacked.

    Inputs:
        x: (N, T, in_features), or an image (N, C, T, columns)

    Output:
        logits: (N, num_classes)

    Source:
        Le, Jaitly, Hinton (2015), A simple way to initialize recurrent networks of rectified linear units, whose
        networks read images as sequences, https://arxiv.org/abs/1504.00941
    """

    def __init__(
        self, in_features: int, hidden_size: int = 64, num_classes: int = 10, num_layers: int = 1
    ) -> None:
        super().__init__()
        self.layers = nn.LSTM(in_features, hidden_size, num_layers, batch_first=True)
        self.output = nn.Linear(hidden_size, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 4:
            batch, channels, rows, columns = x.shape
            x = x.transpose(1, 2).reshape(batch, rows, channels * columns)
        h, _ = self.layers(x)
        logits: Tensor = self.output(h[:, -1])
        return logits
