"""resnet: cases and claims of residual networks."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._weights import Deep


def cases(draw: Draw) -> Case:
    """Basic blocks and bottlenecks, with either beginning.

    In training the deeper ones have one stage: each normalisation by so few numbers loses some of their digits.
    """
    small, in_channels = draw.boolean(), draw.integer(1, 2)
    depth, training = draw.choice((18, 50, 34)), draw.boolean()
    config = {
        "depth": depth,
        "in_channels": in_channels,
        "small_images": small,
        "stages": 1 if training and depth > 18 else draw.integer(1, 2),
        "width": draw.choice((1 / 16, 1 / 20)),
        "num_classes": draw.integer(2, 4),
        "training": training,
    }
    size, deep = 3 if small else 10, Deep(draw)
    samples = 4 if training else 2
    return draw.case(
        config=config,
        params=deep.params(draw.operation, config),
        inputs=[deep.numbers((samples, in_channels, size, size + draw.integer(0, 1)))],
    )


RESNET = ModelOperation(
    name="resnet",
    cases=cases,
    parts=("conv2d", "batch_norm", "relu", "max_pool2d", "add", "mean", "linear"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
    one_in=14,
)
