"""MobileNet: convolutions of single channels, and 1x1 convolutions that mix them."""

from torch import Tensor, nn

from ._layers import dropping, first, scaled, start

SEPARABLE = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)
"""Version 1: output channels and stride of each depthwise separable convolution."""

INVERTED = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Version 2: expansion, output channels, repetitions and stride of the first of them."""


def _convolution(
    in_channels: int,
    channels: int,
    kernel_size: int = 1,
    stride: int = 1,
    *,
    activation: type[nn.Module],
    groups: int = 1,
) -> list[nn.Module]:
    """A convolution that keeps the size, but for its stride, normalised and rectified."""
    return [
        nn.Conv2d(in_channels, channels, kernel_size, stride, kernel_size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(channels),
        activation(),
    ]


def _separable(in_channels: int, channels: int, stride: int) -> nn.Sequential:
    """A 3x3 convolution of each channel, then a 1x1 convolution of all."""
    return nn.Sequential(
        *_convolution(in_channels, in_channels, 3, stride, activation=nn.ReLU, groups=in_channels),
        *_convolution(in_channels, channels, activation=nn.ReLU),
    )


class _InvertedResidual(nn.Module):
    """y = project(depthwise(expand(x))), plus x where the shapes are the same; the projection is linear."""

    def __init__(self, in_channels: int, channels: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = expansion * in_channels
        expand = _convolution(in_channels, hidden, activation=nn.ReLU6) if expansion > 1 else []
        self.convolutions = nn.Sequential(
            *expand,
            *_convolution(hidden, hidden, 3, stride, activation=nn.ReLU6, groups=hidden),
            nn.Conv2d(hidden, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.residual = stride == 1 and in_channels == channels

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.convolutions(x)
        return x + y if self.residual else y


class MobileNet(nn.Module):
    """logits = dense(dropout(flatten(adaptive_avg_pool(features(x)))))

    Version 1 is that of Howard et al. 2017, "MobileNets: efficient convolutional neural networks for mobile
    vision applications", table 1, with 4,231,976 parameters for 1,000 classes; version 2 that of Sandler et al.
    2018, "MobileNetV2: inverted residuals and linear bottlenecks", table 2, as torchvision has it, with
    3,504,872.

    Args:
        version: 1, depthwise separable convolutions, or 2, inverted residuals.
        in_channels: channels of an image.
        blocks: how many of the 13 separable convolutions, or of the 17 inverted residuals, there are; None: all.
        width: factor of all channels.
        round_to: in version 2 numbers of channels are rounded to a multiple of this, down by a tenth at most.
        last_channels: of the 1x1 convolution at the end of version 2; a width below 1 leaves it as it is.
        num_classes: classes to tell apart.
        dropout: probability with which a feature is dropped in training.
        training: the mode to begin in.

    Inputs:
        x: (N, in_channels, rows, columns)

    Output:
        logits: (N, num_classes)
    """

    def __init__(
        self,
        version: int = 2,
        in_channels: int = 3,
        blocks: int | None = None,
        width: float = 1.0,
        round_to: int = 8,
        last_channels: int = 1280,
        num_classes: int = 1000,
        dropout: float = 0.2,
        training: bool = True,
    ) -> None:
        super().__init__()
        if version not in (1, 2):
            raise ValueError(f"version = {version}, expected 1 or 2")
        if version == 1:
            layers, channels = _first_version(in_channels, blocks, width)
        else:
            layers, channels = _second_version(in_channels, blocks, width, round_to, last_channels)
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), dropping(dropout), nn.Linear(channels, num_classes)
        )
        start(self)
        self.train(training)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(x))
        return logits


def _first_version(in_channels: int, blocks: int | None, width: float) -> tuple[list[nn.Module], int]:
    """The layers before the pool, and their output channels."""
    channels = scaled(32, width)
    layers = _convolution(in_channels, channels, 3, 2, activation=nn.ReLU)
    for given, stride in SEPARABLE if blocks is None else first(SEPARABLE, blocks, "blocks"):
        layers.append(_separable(channels, scaled(given, width), stride))
        channels = scaled(given, width)
    return layers, channels


def _second_version(
    in_channels: int, blocks: int | None, width: float, round_to: int, last_channels: int
) -> tuple[list[nn.Module], int]:
    """The layers before the pool, and their output channels."""
    channels = _rounded(32 * width, round_to)
    layers = _convolution(in_channels, channels, 3, 2, activation=nn.ReLU6)
    single = [
        (expansion, given, stride if number == 0 else 1)
        for expansion, given, count, stride in INVERTED
        for number in range(count)
    ]
    for expansion, given, stride in single if blocks is None else first(single, blocks, "blocks"):
        wanted = _rounded(given * width, round_to)
        layers.append(_InvertedResidual(channels, wanted, stride, expansion))
        channels = wanted
    last = _rounded(last_channels * max(1.0, width), round_to)
    return [*layers, *_convolution(channels, last, activation=nn.ReLU6)], last


def _rounded(channels: float, multiple: int) -> int:
    """The nearest multiple, one at least, or the next one where that would be less than nine tenths."""
    nearest = max(multiple, int(channels + multiple / 2) // multiple * multiple)
    return nearest if nearest >= 0.9 * channels else nearest + multiple
