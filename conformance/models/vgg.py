"""vgg: cases and claims of the VGG networks."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._weights import Deep, mode


def cases(draw: Draw) -> Case:
    """All depths, with and without batch norm; three samples or four, so that no batch is a single number."""
    stages = draw.integer(2, 3)
    config = {
        "depth": draw.choice((11, 16, 13, 19)),
        "batch_norm": draw.boolean(),
        "in_channels": draw.integer(1, 2),
        "stages": stages,
        "width": draw.choice((1 / 32, 1 / 20)),
        "pooled_size": draw.integer(1, 2),
        "hidden_features": draw.integer(4, 6),
        "num_classes": draw.integer(2, 4),
        **mode(draw),
    }
    size = 2**stages
    shape = draw.integer(3, 4), config["in_channels"], size, size + draw.integer(0, 1)
    deep = Deep(draw)
    return draw.case(config=config, params=deep.params(draw.operation, config), inputs=[deep.numbers(shape)])


VGG = ModelOperation(
    name="vgg",
    cases=cases,
    parts=("conv2d", "batch_norm", "relu", "max_pool2d", "adaptive_avg_pool2d", "flatten", "linear"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
    one_in=14,
)
