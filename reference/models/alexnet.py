"""AlexNet: five convolutions and three dense layers, in the form that torchvision publishes."""

from torch import Tensor, nn

from ._layers import dropping, scaled


class AlexNet(nn.Module):
    """logits = dense(flatten(adaptive_avg_pool(features(x))))

    The network of Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks", the form
    on one device of Krizhevsky, Sutskever and Hinton 2012, without local response normalisation. As torchvision
    has it, 64, 192, 384, 256 and 256 channels: 61,100,840 parameters for 1,000 classes.

    Args:
        in_channels: channels of an image.
        kernel_size, stride, padding: of the first convolution.
        width: factor of all channels.
        pooled_size: rows and columns that the dense layers see.
        hidden_features: units of each of the two hidden dense layers.
        num_classes: classes to tell apart.
        dropout: probability with which a feature before a hidden layer is dropped in training.
        training: the mode to begin in.

    Inputs:
        x: (N, in_channels, rows, columns), 63 rows and columns or more; with a first convolution of stride 1
            that keeps the size, 15

    Output:
        logits: (N, num_classes)
    """

    def __init__(
        self,
        in_channels: int = 3,
        kernel_size: int = 11,
        stride: int = 4,
        padding: int = 2,
        width: float = 1.0,
        pooled_size: int = 6,
        hidden_features: int = 4096,
        num_classes: int = 1000,
        dropout: float = 0.5,
        training: bool = True,
    ) -> None:
        super().__init__()
        one, two, three, four, five = (scaled(channels, width) for channels in (64, 192, 384, 256, 256))
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, one, kernel_size, stride, padding),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(one, two, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(two, three, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(three, four, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(four, five, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
        )
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(pooled_size),
            nn.Flatten(),
            dropping(dropout),
            nn.Linear(five * pooled_size**2, hidden_features),
            nn.ReLU(),
            dropping(dropout),
            nn.Linear(hidden_features, hidden_features),
            nn.ReLU(),
            nn.Linear(hidden_features, num_classes),
        )
        self.train(training)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(x))
        return logits
