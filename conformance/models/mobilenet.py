"""mobilenet: cases and claims of MobileNet, both versions."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._weights import Deep, mode


def cases(draw: Draw) -> Case:
    """The first blocks, with strides and, in version 2, residuals among them.

    Fewer in training: each normalisation by the few numbers that are left loses some of their digits.
    """
    in_channels, chosen = draw.integer(1, 2), mode(draw)
    config = {
        "version": draw.integer(1, 2),
        "in_channels": in_channels,
        "blocks": draw.integer(3, 4 if chosen["training"] else 6),
        "width": draw.choice((1 / 8, 1 / 7)),
        "round_to": draw.integer(1, 2),
        "last_channels": draw.integer(4, 6),
        "num_classes": draw.integer(2, 4),
        **chosen,
    }
    deep = Deep(draw)
    samples = 4 if chosen["training"] else 2
    return draw.case(
        config=config,
        params=deep.params(draw.operation, config),
        inputs=[deep.numbers((samples, in_channels, 10, 10 + draw.integer(0, 1)))],
    )


MOBILENET = ModelOperation(
    name="mobilenet",
    cases=cases,
    parts=(
        *("conv2d", "batch_norm", "relu", "relu6", "add"),
        *("adaptive_avg_pool2d", "flatten", "linear"),
    ),
    loss="cross_entropy",
    laws=MODEL_LAWS,
    one_in=14,
)
