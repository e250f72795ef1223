"""Inputs of the models that flatten."""

from ..drawing import Draw


def features_or_image(draw: Draw) -> tuple[tuple[int, ...], int]:
    """A batch of vectors, (N, in_features), or of small images, (N, C, H, W), and in_features."""
    batch = draw.size(4)
    if draw.boolean():
        channels, height, width = draw.integer(1, 2), draw.integer(1, 3), draw.integer(2, 3)
        return (batch, channels, height, width), channels * height * width
    features = draw.integer(2, 6)
    return (batch, features), features
