"""lenet: cases and claims of LeNet-5."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._weights import Deep


def cases(draw: Draw) -> Case:
    """Images of 10 to 12 rows and columns, kernels of 2 or 3, padded or not."""
    height, width = draw.integer(10, 12), draw.integer(10, 12)
    in_channels = draw.integer(1, 2)
    config = {
        "in_channels": in_channels,
        "image_size": height if height == width else (height, width),
        "channels": (draw.integer(1, 2), draw.integer(3, 4)),
        "kernel_size": draw.integer(2, 3),
        "padding": draw.integer(0, 1),
        "hidden_features": (draw.integer(4, 6), draw.integer(3, 5)),
        "num_classes": draw.integer(2, 4),
    }
    batch, deep = draw.integer(1, 3), Deep(draw)
    return draw.case(
        config=config,
        params=deep.params(draw.operation, config),
        inputs=[deep.numbers((batch, in_channels, height, width))],
    )


LENET = ModelOperation(
    name="lenet",
    cases=cases,
    parts=("conv2d", "relu", "max_pool2d", "flatten", "linear"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
    one_in=5,
)
