"""Residual networks: blocks that add what they compute to what they were given."""

import torch
from torch import Tensor, nn

from ._layers import first, scaled, start

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Blocks in each stage by the number of layers with weights; from 50 on they are bottlenecks."""

CHANNELS = (64, 128, 256, 512)

EXPANSION = 4
"""A bottleneck has so many times the channels that its 3x3 convolution has."""


class _Block(nn.Module):
    """y = relu(convolutions(x) + shortcut(x)); the shortcut is a 1x1 convolution only where shapes differ."""

    def __init__(self, convolutions: nn.Sequential, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.convolutions = convolutions
        same = in_channels == channels and stride == 1
        self.shortcut = nn.Identity() if same else _normalised(in_channels, channels, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.convolutions(x) + self.shortcut(x))


def _normalised(in_channels: int, channels: int, kernel_size: int, stride: int = 1) -> nn.Sequential:
    """A convolution that keeps the size, but for its stride, and the normalisation that stands for its bias."""
    return nn.Sequential(
        nn.Conv2d(in_channels, channels, kernel_size, stride, kernel_size // 2, bias=False),
        nn.BatchNorm2d(channels),
    )


def _basic(in_channels: int, channels: int, stride: int) -> _Block:
    """Two 3x3 convolutions."""
    first, second = _normalised(in_channels, channels, 3, stride), _normalised(channels, channels, 3)
    return _Block(nn.Sequential(first, nn.ReLU(), second), in_channels, channels, stride)


def _bottleneck(in_channels: int, channels: int, stride: int) -> _Block:
    """1x1 to fewer channels, 3x3, 1x1 to more; the stride is the 3x3 convolution's."""
    wide = EXPANSION * channels
    convolutions = nn.Sequential(
        _normalised(in_channels, channels, 1),
        nn.ReLU(),
        _normalised(channels, channels, 3, stride),
        nn.ReLU(),
        _normalised(channels, wide, 1),
    )
    return _Block(convolutions, in_channels, wide, stride)


class ResNet(nn.Module):
    """logits = dense(mean over all places(features(x)))

    The networks of He, Zhang, Ren and Sun 2016, "Deep residual learning for image recognition", table 1. As
    torchvision has them, a bottleneck has its stride in the 3x3 convolution ("version 1.5"). For 1,000 classes
    ResNet-18 has 11,689,512 parameters, ResNet-50 25,557,032.

    Args:
        depth: 18 or 34 layers with weights, of basic blocks; 50, 101 or 152, of bottlenecks.
        in_channels: channels of an image.
        small_images: begin with a 3x3 convolution of stride 1, as section 4.2 has it for CIFAR-10, in the place
            of a 7x7 convolution and a pool that quarter rows and columns.
        stages: how many of the four stages there are; each but the first halves rows and columns.
        width: factor of all channels.
        num_classes: classes to tell apart.
        training: the mode to begin in.

    Inputs:
        x: (N, in_channels, rows, columns)

    Output:
        logits: (N, num_classes)
    """

    def __init__(
        self,
        depth: int = 50,
        in_channels: int = 3,
        small_images: bool = False,
        stages: int = 4,
        width: float = 1.0,
        num_classes: int = 1000,
        training: bool = True,
    ) -> None:
        super().__init__()
        if depth not in BLOCKS:
            raise ValueError(f"depth = {depth}, expected one of {', '.join(map(str, BLOCKS))}")
        block, expansion = (_basic, 1) if depth < 50 else (_bottleneck, EXPANSION)
        channels = scaled(CHANNELS[0], width)
        if small_images:
            layers: list[nn.Module] = [_normalised(in_channels, channels, 3), nn.ReLU()]
        else:
            layers = [_normalised(in_channels, channels, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
        present = first(list(zip(BLOCKS[depth], CHANNELS, strict=True)), stages, "stages")
        for stage, (count, given) in enumerate(present):
            for number in range(count):
                stride = 2 if stage and not number else 1
                layers.append(block(channels, scaled(given, width), stride))
                channels = expansion * scaled(given, width)
        self.features = nn.Sequential(*layers)
        self.output = nn.Linear(channels, num_classes)
        start(self)
        self.train(training)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.output(self.features(x).mean((2, 3)))
        return logits
