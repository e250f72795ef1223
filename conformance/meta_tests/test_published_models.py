"""The networks are those that were published: as many parameters, products and places, counted without memory."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from conformance.specification import build_model, reference_class

PUBLISHED: tuple[tuple[str, dict[str, Any], tuple[int, ...], tuple[int, ...], int, float | None], ...] = (
    ("lenet", {}, (1, 28, 28), (16, 5, 5), 61_706, None),
    ("alexnet", {}, (3, 224, 224), (256, 6, 6), 61_100_840, 0.714),
    ("vgg", {"depth": 11}, (3, 224, 224), (512, 7, 7), 132_863_336, 7.609),
    ("vgg", {"depth": 11, "batch_norm": True}, (3, 224, 224), (512, 7, 7), 132_868_840, 7.609),
    ("vgg", {"depth": 13}, (3, 224, 224), (512, 7, 7), 133_047_848, 11.308),
    ("vgg", {"depth": 16}, (3, 224, 224), (512, 7, 7), 138_357_544, 15.47),
    ("vgg", {"depth": 16, "batch_norm": True}, (3, 224, 224), (512, 7, 7), 138_365_992, 15.47),
    ("vgg", {"depth": 19}, (3, 224, 224), (512, 7, 7), 143_667_240, 19.632),
    ("inception", {}, (3, 224, 224), (1024, 7, 7), 6_624_904, 1.498),
    ("resnet", {"depth": 18}, (3, 224, 224), (512, 7, 7), 11_689_512, 1.814),
    ("resnet", {"depth": 34}, (3, 224, 224), (512, 7, 7), 21_797_672, 3.664),
    ("resnet", {"depth": 50}, (3, 224, 224), (2048, 7, 7), 25_557_032, 4.089),
    ("resnet", {"depth": 101}, (3, 224, 224), (2048, 7, 7), 44_549_160, 7.801),
    ("resnet", {"depth": 152}, (3, 224, 224), (2048, 7, 7), 60_192_808, 11.514),
    ("mobilenet", {"version": 1}, (3, 224, 224), (1024, 7, 7), 4_231_976, 0.569),
    ("mobilenet", {"version": 2}, (3, 224, 224), (1280, 7, 7), 3_504_872, 0.301),
)
"""Options, an image, what `features` makes of it, parameters, and 10**9 products, as torchvision states them.

LeNet-5's are those of its description: 156 + 2,416 + 48,120 + 10,164 + 850; MobileNet's of version 1 are those of
its article, 569 million products.
"""

each = pytest.mark.parametrize(
    ("name", "config", "image", "features", "parameters", "products"),
    PUBLISHED,
    ids=["-".join([row[0], *map(str, row[1].values())]) for row in PUBLISHED],
)


def published(name: str, config: dict[str, Any]) -> nn.Module:
    """The network in evaluation mode, as its defaults make it but for `config`, on torch's meta device."""
    with torch.device("meta"):
        return build_model(name, config, seed=0).eval()


@each
def test_parameters_products_and_places_are_as_published(
    name: str,
    config: dict[str, Any],
    image: tuple[int, ...],
    features: tuple[int, ...],
    parameters: int,
    products: float | None,
) -> None:
    """A wrong stride or padding leaves the number of parameters as it is, but not that of products."""
    network = published(name, config)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    x = torch.empty((1, *image), device="meta")
    assert isinstance(network.features, nn.Module)
    assert tuple(network.features(x).shape[1:]) == features
    with FlopCounterMode(display=False) as counter:
        logits: Tensor = network(x)
    assert tuple(logits.shape) == (1, 10 if name == "lenet" else 1000)
    if products is not None:
        # A product and the addition that follows it are two operations to torch; three digits were published.
        assert round(counter.get_total_flops() / 2e9, 3) == products


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("vgg", {"depth": 12}, "depth = 12, expected one of 11, 13, 16, 19"),
        ("resnet", {"depth": 20}, "depth = 20, expected one of 18, 34, 50, 101, 152"),
        ("mobilenet", {"version": 3}, "version = 3, expected 1 or 2"),
        ("mobilenet", {"version": 1, "blocks": 14}, "blocks = 14, expected 1 to 13"),
        ("inception", {"stages": 0}, "stages = 0, expected 1 to 3"),
    ],
)
def test_what_was_not_published_is_refused(name: str, config: dict[str, Any], message: str) -> None:
    """With the numbers that there are."""
    with pytest.raises(ValueError, match=message):
        reference_class(name)(**config)
