"""lstm_language_model: cases and claims of a language model of layers of long short-term memory."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._tokens import token_case


def cases(draw: Draw) -> Case:
    """Sequences of a few tokens of a small vocabulary."""
    return token_case(draw, gates=4)


LSTM_LANGUAGE_MODEL = ModelOperation(
    name="lstm_language_model",
    cases=cases,
    parts=("embedding", "lstm", "linear"),
    loss="token_cross_entropy",
    inputs=("tokens",),
    laws=MODEL_LAWS,
    one_in=4,
)
