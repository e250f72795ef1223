"""inception: cases and claims of GoogLeNet."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._weights import Deep, mode


def cases(draw: Draw) -> Case:
    """The blocks 3a and 3b, in evaluation also 4a to 4e, with either beginning.

    Not in training: each of a dozen normalisations by the few numbers that are left loses some of their digits.
    """
    in_channels, chosen = draw.integer(1, 2), mode(draw)
    small = not draw.rarely(8 if chosen["training"] else 3)
    config = {
        "in_channels": in_channels,
        "small_images": small,
        "wide_kernel_size": draw.choice((3, 5)),
        "stages": 1 if chosen["training"] else draw.integer(1, 2),
        "width": draw.choice((1 / 16, 1 / 14)),
        "num_classes": draw.integer(2, 4),
        **chosen,
    }
    size, deep = 4 if small else 16, Deep(draw)
    samples = 4 if chosen["training"] else 2
    return draw.case(
        config=config,
        params=deep.params(draw.operation, config),
        inputs=[deep.numbers((samples, in_channels, size, size + draw.integer(0, 1)))],
    )


INCEPTION = ModelOperation(
    name="inception",
    cases=cases,
    parts=(
        *("conv2d", "batch_norm", "relu", "max_pool2d", "concat"),
        *("adaptive_avg_pool2d", "flatten", "linear"),
    ),
    loss="cross_entropy",
    laws=MODEL_LAWS,
    one_in=14,
)
