"""The text that language models are trained on: Python's own help texts or a file, characters as tokens."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import UsageError
from .tree import Array

LENGTH = 64
"""Characters that a language model sees at once, in training and when it writes."""

HELD_BACK = 10
"""One character of so many, at the end of a text, is in no sequence that is trained on."""

HELP_TEXTS = 100_000
"""Characters of Python's help texts that are read: an epoch takes seconds."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """Sequences of characters (N, LENGTH), int64, and the characters that come next; some are held back.

    A character is its place in `vocabulary`. `entropy` is what the characters' frequencies in the part trained on
    leave open, in nats: the loss of a model that knows nothing else. `name` says what the sequences are.
    """

    name: str
    vocabulary: str
    entropy: float
    x: Array
    target: Array
    held_x: Array
    held_target: Array


def help_texts() -> Text:
    """Python's help texts in the order of their names, the first HELP_TEXTS characters of them.

    Raises UsageError where Python was installed without them.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise UsageError(
            "Python's help texts (pydoc_data.topics) are not installed: give a FILE.txt"
        ) from None
    whole = "\n\n".join(topics[name] for name in sorted(topics))
    return text_of(whole[:HELP_TEXTS], "of Python's help texts")


def text_file(file: Path) -> Text:
    """A text in UTF-8; raises UsageError where it is missing, no UTF-8, or too short to hold a part back."""
    try:
        content = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file}: not read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{file}: no text in UTF-8: byte {error.start} is {error.object[error.start]:#04x}"
        ) from None
    # As Python reads a text: a line ends in one character everywhere.
    return text_of(content.replace("\r\n", "\n"), f"of {file.name}", str(file))


def text_of(content: str, origin: str, place: str = "the text") -> Text:
    """Sequences that follow one another; those of the last tenth are held back."""
    least = (HELD_BACK + 1) * (LENGTH + 1)
    if len(content) < least:
        raise UsageError(f"{place} has {len(content)} characters, expected {least:,} at least")
    vocabulary = "".join(sorted(set(content)))
    if len(vocabulary) < 2:
        raise UsageError(f"{place} is one character over and over, expected two at least")
    tokens = tokens_of(content, vocabulary)
    held = len(tokens) - len(tokens) // HELD_BACK
    x, target = _sequences(tokens[:held])
    held_x, held_target = _sequences(tokens[held:])
    return Text(
        name=f"sequences of {LENGTH} characters {origin}",
        vocabulary=vocabulary,
        entropy=_entropy(tokens[:held]),
        x=x,
        target=target,
        held_x=held_x,
        held_target=held_target,
    )


def tokens_of(content: str, vocabulary: str) -> Array:
    """The places of characters in a vocabulary, int64; raises UsageError for one that is not in it."""
    place = {character: i for i, character in enumerate(vocabulary)}
    unknown = next((character for character in content if character not in place), None)
    if unknown is not None:
        raise UsageError(f"{unknown!r} is in no text that the model has read")
    return np.array([place[character] for character in content], dtype=np.int64)


def _sequences(tokens: Array) -> tuple[Array, Array]:
    count = (len(tokens) - 1) // LENGTH
    shape = (count, LENGTH)
    return tokens[: count * LENGTH].reshape(shape), tokens[1 : count * LENGTH + 1].reshape(shape)


def _entropy(tokens: Array) -> float:
    counts = np.bincount(tokens)
    shares = counts[counts > 0] / len(tokens)
    return float(-np.sum(shares * np.log(shares)))
