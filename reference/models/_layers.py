"""What several convolutional networks have in common: scaled widths, and the weights that they start from."""

from collections.abc import Sequence
from typing import TypeVar

from torch import nn

T = TypeVar("T")


def first(parts: Sequence[T], count: int, name: str) -> Sequence[T]:
    """So many parts of a network, from the front; `name` is what the user calls their number."""
    if not 1 <= count <= len(parts):
        raise ValueError(f"{name} = {count}, expected 1 to {len(parts)}")
    return parts[:count]


def scaled(channels: int, width: float) -> int:
    """As many channels as a network of this relative width has, one at least."""
    return max(1, round(channels * width))


def start(network: nn.Module) -> None:
    """Convolutions as He et al. 2015 begin (fan out, ReLU), biases at 0, normalisations without effect."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)


def dropping(p: float) -> nn.Module:
    """A dropout, or nothing where nothing is dropped."""
    return nn.Dropout(p) if p else nn.Identity()
