"""LeNet-5 in the form in which it is trained today: ReLU, max pooling, dense connections and a linear output."""

from torch import Tensor, nn


class LeNet(nn.Module):
    """logits = affine(relu(affine(relu(affine(flatten(block(block(x))))))), block = max_pool . relu . conv

    The layers and sizes of LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document
    recognition", figure 2, with today's parts in the place of their own: ReLU for the scaled tanh, max pooling
    for trainable averages, all 6 channels in each of the 16 for table I, logits for radial basis functions.
    Images of 28 rows and columns are padded to the original's 32. With the defaults it has 61,706 parameters.

    Args:
        in_channels: channels of an image.
        image_size: rows and columns of an image: an int, or a pair.
        channels: output channels of the two convolutions.
        kernel_size: of both convolutions.
        padding: of the first convolution; the second has none.
        hidden_features: units of the two hidden dense layers.
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
        channels: tuple[int, int] = (6, 16),
        kernel_size: int = 5,
        padding: int = 2,
        hidden_features: tuple[int, int] = (120, 84),
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
        rows, columns = (
            ((size + 2 * padding - kernel_size + 1) // 2 - kernel_size + 1) // 2 for size in (height, width)
        )
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, channels[0], kernel_size, padding=padding),
            nn.ReLU(),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(channels[0], channels[1], kernel_size),
            nn.ReLU(),
            nn.MaxPool2d(2, 2),
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(channels[1] * rows * columns, hidden_features[0]),
            nn.ReLU(),
            nn.Linear(hidden_features[0], hidden_features[1]),
            nn.ReLU(),
            nn.Linear(hidden_features[1], num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(x))
        return logits
