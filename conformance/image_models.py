"""The models that are trained to tell images apart: their names, and their sizes for images of a shape."""

from collections.abc import Mapping
from typing import Any

from .data import CLASSES

CLASSIFIERS = (
    "softmax_regression",
    "mlp",
    "simple_conv_net",
    "lenet",
    "resnet",
    "lstm_classifier",
    "transformer_encoder",
)
"""Models whose logits are those of an image's classes."""


def image_config(name: str, channels: int, rows: int, columns: int) -> dict[str, Any]:
    """The config of a classifier: small for images like the digits, of the literature for larger ones."""
    small = rows * columns <= 64
    cells, size = channels * rows * columns, rows if rows == columns else (rows, columns)
    configs: Mapping[str, dict[str, Any]] = {
        "softmax_regression": {"in_features": cells},
        "mlp": {"in_features": cells, "hidden_features": 64 if small else 256},
        "simple_conv_net": {
            "in_channels": channels,
            "image_size": size,
            "num_filters": 8 if small else 30,
            "kernel_size": 3 if small else 5,
            "hidden_features": 32 if small else 100,
        },
        "lenet": {
            "in_channels": channels,
            "image_size": size,
            **(
                {"kernel_size": 3, "padding": 1, "channels": (8, 16), "hidden_features": (64, 32)}
                if small
                else {}
            ),
        },
        "resnet": {
            "depth": 18,
            "in_channels": channels,
            "small_images": True,
            "stages": 2 if small else 4,
            "width": 0.25 if small else 1.0,
        },
        "lstm_classifier": {"in_features": channels * columns, "hidden_size": 64 if small else 128},
        "transformer_encoder": {
            "in_features": channels * columns,
            "embedding_dim": 32 if small else 64,
            "feedforward_dim": 64 if small else 256,
            "max_length": rows,
            "norm_first": True,
        },
    }
    return {**configs[name], "num_classes": CLASSES}
