"""softmax_regression: cases and claims of a dense layer whose outputs are the logits of a softmax."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._shapes import features_or_image


def cases(draw: Draw) -> Case:
    """Vectors or images, and two classes or more."""
    shape, in_features = features_or_image(draw)
    num_classes = draw.integer(2, 5)
    return draw.case(
        config={"in_features": in_features, "num_classes": num_classes},
        params={
            "linear.weight": draw.tensor((num_classes, in_features)),
            "linear.bias": draw.tensor((num_classes,)),
        },
        inputs=[draw.tensor(shape)],
        exact=True,
    )


SOFTMAX_REGRESSION = ModelOperation(
    name="softmax_regression",
    cases=cases,
    parts=("flatten", "linear"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
)
