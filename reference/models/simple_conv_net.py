"""A small convolutional network: convolution, ReLU, max pooling, dense, ReLU, dense."""

from torch import Tensor, nn


class SimpleConvNet(nn.Module):
    """logits = affine(relu(affine(flatten(max_pool(relu(conv(x)))))))

    The convolution leaves (image_size + 2 * padding - kernel_size) // stride + 1 rows and columns, the 2x2
    pooling half of that, rounded down: an odd last row or column is dropped. Weights start at 0.01 * randn,
    biases at 0, so that the first cross-entropy is near log(num_classes) (see `MLP`).

    Args:
        in_channels: channels of an image.
        image_size: rows and columns of an image: an int, or a pair.
        num_filters: output channels of the convolution.
        kernel_size, stride, padding: of the convolution.
        hidden_features: units of the hidden dense layer.
        num_classes: classes to tell apart.

    Inputs:
        x: (N, in_channels, rows, columns)

    Output:
        logits: (N, num_classes)
    """

    def __init__(
        self,
        in_channels: int = 1,
        image_size: int | tuple[int, int] = 28,
        num_filters: int = 30,
        kernel_size: int = 5,
        stride: int = 1,
        padding: int = 0,
        hidden_features: int = 100,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
        rows, columns = (((size + 2 * padding - kernel_size) // stride + 1) // 2 for size in (height, width))
        self.conv = nn.Conv2d(in_channels, num_filters, kernel_size, stride, padding)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(2, 2)
        self.flatten = nn.Flatten()
        self.hidden = nn.Linear(num_filters * rows * columns, hidden_features)
        self.output = nn.Linear(hidden_features, num_classes)
        for layer in (self.conv, self.hidden, self.output):
            nn.init.normal_(layer.weight, std=0.01)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.relu(self.conv(x)))
        x = self.relu(self.hidden(self.flatten(x)))
        logits: Tensor = self.output(x)
        return logits
