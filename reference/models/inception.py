"""GoogLeNet: blocks of four branches, whose channels are joined."""

import torch
from torch import Tensor, nn

from ._layers import dropping, first, scaled, start

STAGES: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)
"""Blocks 3a and 3b, 4a to 4e, 5a and 5b: channels of 1x1; before 3x3, 3x3; before 5x5, 5x5; after the pool."""


def _convolution(in_channels: int, channels: int, kernel_size: int, stride: int = 1) -> nn.Sequential:
    """A convolution that keeps the size, but for its stride, normalised and rectified."""
    return nn.Sequential(
        nn.Conv2d(in_channels, channels, kernel_size, stride, kernel_size // 2, bias=False),
        nn.BatchNorm2d(channels, eps=0.001),
        nn.ReLU(),
    )


class _Branches(nn.Module):
    """y = concat(1x1(x), 3x3(1x1(x)), 5x5(1x1(x)), 1x1(max_pool(x)))"""

    def __init__(self, in_channels: int, channels: tuple[int, ...], wide_kernel_size: int) -> None:
        super().__init__()
        ones, before_three, three, before_wide, wide, pooled = channels
        self.branches = nn.ModuleList(
            [
                _convolution(in_channels, ones, 1),
                nn.Sequential(
                    _convolution(in_channels, before_three, 1), _convolution(before_three, three, 3)
                ),
                nn.Sequential(
                    _convolution(in_channels, before_wide, 1),
                    _convolution(before_wide, wide, wide_kernel_size),
                ),
                nn.Sequential(
                    nn.MaxPool2d(3, 1, padding=1, ceil_mode=True), _convolution(in_channels, pooled, 1)
                ),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


class Inception(nn.Module):
    """logits = dense(dropout(flatten(adaptive_avg_pool(features(x)))))

    GoogLeNet of Szegedy et al. 2015, "Going deeper with convolutions", table 1, without the auxiliary
    classifiers. As torchvision has it: every convolution is followed by a batch normalisation in the place of
    its bias, and the wide convolutions are 3x3. For 1,000 classes it has 6,624,904 parameters.

    Args:
        in_channels: channels of an image.
        small_images: begin with one 3x3 convolution of stride 1 in the place of three and two pools, which leave
            an eighth of rows and columns.
        wide_kernel_size: of the widest convolution of a block: 5 in the article, 3 in torchvision.
        stages: how many of the three groups of blocks there are: 3a to 3b, 4a to 4e, 5a to 5b.
        width: factor of all channels.
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
        in_channels: int = 3,
        small_images: bool = False,
        wide_kernel_size: int = 3,
        stages: int = 3,
        width: float = 1.0,
        num_classes: int = 1000,
        dropout: float = 0.2,
        training: bool = True,
    ) -> None:
        super().__init__()
        narrow, channels = scaled(64, width), scaled(192, width)
        layers: list[nn.Module] = (
            [_convolution(in_channels, channels, 3)]
            if small_images
            else [
                _convolution(in_channels, narrow, 7, 2),
                nn.MaxPool2d(3, 2, ceil_mode=True),
                _convolution(narrow, narrow, 1),
                _convolution(narrow, channels, 3),
                nn.MaxPool2d(3, 2, ceil_mode=True),
            ]
        )
        for stage, blocks in enumerate(first(STAGES, stages, "stages")):
            if stage:
                size = 3 if stage == 1 else 2
                layers.append(nn.MaxPool2d(size, 2, ceil_mode=True))
            for given in blocks:
                branches = tuple(scaled(c, width) for c in given)
                layers.append(_Branches(channels, branches, wide_kernel_size))
                ones, _, three, _, wide, pooled = branches
                channels = ones + three + wide + pooled
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), dropping(dropout), nn.Linear(channels, num_classes)
        )
        start(self)
        self.train(training)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(x))
        return logits
