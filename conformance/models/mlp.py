"""mlp: cases and claims of a multilayer perceptron with one hidden layer."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._shapes import features_or_image


def cases(draw: Draw) -> Case:
    """Vectors or images; where the contents are integers, the sums that feed the ReLU are halves, never 0."""
    shape, in_features = features_or_image(draw)
    hidden_features, num_classes = draw.integer(1, 5), draw.integer(2, 4)
    return draw.case(
        config={"in_features": in_features, "hidden_features": hidden_features, "num_classes": num_classes},
        params={
            "hidden.weight": draw.tensor((hidden_features, in_features)),
            "hidden.bias": draw.off_zero((hidden_features,)),
            "output.weight": draw.tensor((num_classes, hidden_features)),
            "output.bias": draw.tensor((num_classes,)),
        },
        inputs=[draw.tensor(shape)],
        exact=True,
    )


MLP = ModelOperation(
    name="mlp", cases=cases, parts=("flatten", "linear", "relu"), loss="cross_entropy", laws=MODEL_LAWS
)
