"""lstm_classifier: cases and claims of a recurrent network that reads images row by row."""

from ..case import Case
from ..drawing import Draw
from ..operations._lstm_params import gated, layer_shapes
from ._composed import ModelOperation
from ._laws import MODEL_LAWS


def cases(draw: Draw) -> Case:
    """Sequences, and images of one channel or two; one layer or two."""
    batch, steps = draw.size(3), draw.integer(1, 4)
    channels, columns = draw.integer(1, 2), draw.integer(1, 3)
    features = channels * columns
    config = {
        "in_features": features,
        "hidden_size": draw.integer(1, 3),
        "num_classes": draw.integer(2, 4),
        "num_layers": draw.integer(1, 2),
    }
    network = {
        "input_size": features,
        "hidden_size": config["hidden_size"],
        "num_layers": config["num_layers"],
        "bias": True,
        "bidirectional": False,
        "proj_size": 0,
    }
    shape = (batch, channels, steps, columns) if draw.boolean() else (batch, steps, features)
    layers = gated(draw, layer_shapes(network))
    return draw.case(
        config=config,
        params={
            **{f"layers.{name}": array for name, array in layers.items()},
            "output.weight": draw.tensor((config["num_classes"], config["hidden_size"])),
            "output.bias": draw.tensor((config["num_classes"],)),
        },
        inputs=[draw.tensor(shape, 0.25)],
    )


LSTM_CLASSIFIER = ModelOperation(
    name="lstm_classifier",
    cases=cases,
    parts=("lstm", "linear"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
    one_in=4,
)
