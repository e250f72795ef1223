"""bidirectional_tagger: cases and claims of a model that gives a class to every token."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._tokens import token_case


def cases(draw: Draw) -> Case:
    """Sequences of a few tokens of a small vocabulary, and classes that are not its tokens."""
    return token_case(draw, gates=4, num_classes=draw.integer(2, 4), directions=2)


BIDIRECTIONAL_TAGGER = ModelOperation(
    name="bidirectional_tagger",
    cases=cases,
    parts=("embedding", "lstm", "linear"),
    loss="token_cross_entropy",
    inputs=("tokens",),
    laws=MODEL_LAWS,
    one_in=5,
)
