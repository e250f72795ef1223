"""linear_regression: cases and claims of a dense layer whose output is the prediction."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS


def cases(draw: Draw) -> Case:
    """One or more predictions for each example."""
    in_features, out_features = draw.integer(2, 6), draw.integer(1, 3)
    return draw.case(
        config={"in_features": in_features, "out_features": out_features},
        params={
            "linear.weight": draw.tensor((out_features, in_features)),
            "linear.bias": draw.tensor((out_features,)),
        },
        inputs=[draw.tensor((draw.size(4), in_features))],
        exact=True,
    )


LINEAR_REGRESSION = ModelOperation(
    name="linear_regression", cases=cases, parts=("linear",), loss="mse_loss", laws=MODEL_LAWS
)
