"""alexnet: cases and claims of AlexNet."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._weights import Deep, mode


def cases(draw: Draw) -> Case:
    """Images of 15 or 16 rows and columns, which a first convolution of stride 1 keeps; a few channels."""
    config = {
        "in_channels": draw.integer(1, 2),
        "kernel_size": 3,
        "stride": 1,
        "padding": 1,
        "width": draw.choice((1 / 32, 1 / 40)),
        "pooled_size": draw.integer(1, 2),
        "hidden_features": draw.integer(4, 6),
        "num_classes": draw.integer(2, 4),
        **mode(draw),
    }
    shape = draw.integer(1, 2), config["in_channels"], draw.integer(15, 16), draw.integer(15, 16)
    deep = Deep(draw)
    return draw.case(config=config, params=deep.params(draw.operation, config), inputs=[deep.numbers(shape)])


ALEXNET = ModelOperation(
    name="alexnet",
    cases=cases,
    parts=("conv2d", "relu", "max_pool2d", "adaptive_avg_pool2d", "flatten", "linear"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
    one_in=14,
)
