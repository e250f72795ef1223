"""VGG: stages of 3x3 convolutions, each halved by max pooling, with and without batch normalisation."""

from torch import Tensor, nn

from ._layers import dropping, first, scaled, start

STAGES = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Convolutions in each stage, by the number of layers with weights: configurations A, B, D and E."""

CHANNELS = (64, 128, 256, 512, 512)


class VGG(nn.Module):
    """logits = dense(flatten(adaptive_avg_pool(features(x))))

    The networks of Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image
    recognition", table 1. As torchvision has them: batch normalisation where wanted, and an adaptive pool, so
    that images may have any size. For 1,000 classes VGG-16 has 138,357,544 parameters.

    Args:
        depth: 11, 13, 16 or 19 layers with weights.
        batch_norm: whether every convolution is followed by a batch normalisation.
        in_channels: channels of an image.
        stages: how many of the five stages there are; each halves rows and columns.
        width: factor of all channels.
        pooled_size: rows and columns that the dense layers see.
        hidden_features: units of each of the two hidden dense layers.
        num_classes: classes to tell apart.
        dropout: probability with which a hidden unit is dropped in training.
        training: the mode to begin in.

    Inputs:
        x: (N, in_channels, rows, columns)

    Output:
        logits: (N, num_classes)
    """

    def __init__(
        self,
        depth: int = 16,
        batch_norm: bool = False,
        in_channels: int = 3,
        stages: int = 5,
        width: float = 1.0,
        pooled_size: int = 7,
        hidden_features: int = 4096,
        num_classes: int = 1000,
        dropout: float = 0.5,
        training: bool = True,
    ) -> None:
        super().__init__()
        if depth not in STAGES:
            raise ValueError(f"depth = {depth}, expected one of {', '.join(map(str, STAGES))}")
        layers: list[nn.Module] = []
        channels = in_channels
        for count, given in first(list(zip(STAGES[depth], CHANNELS, strict=True)), stages, "stages"):
            for _ in range(count):
                layers.append(nn.Conv2d(channels, scaled(given, width), 3, padding=1))
                channels = scaled(given, width)
                layers += [nn.BatchNorm2d(channels), nn.ReLU()] if batch_norm else [nn.ReLU()]
            layers.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(pooled_size),
            nn.Flatten(),
            nn.Linear(channels * pooled_size**2, hidden_features),
            nn.ReLU(),
            dropping(dropout),
            nn.Linear(hidden_features, hidden_features),
            nn.ReLU(),
            dropping(dropout),
            nn.Linear(hidden_features, num_classes),
        )
        start(self)
        self.train(training)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(x))
        return logits
