"""What several convolutional networks have in common: scaled widths, and the weights that they start from."""

from torch import nn


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
