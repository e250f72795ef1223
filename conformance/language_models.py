"""The language models that are trained and that write: their names, and their sizes for a vocabulary."""

from typing import Any

LANGUAGE_MODELS = ("rnn_language_model", "lstm_language_model", "gru_language_model", "transformer_decoder")
"""Models whose logits at every position are those of the next token."""


def language_config(name: str, vocabulary_size: int) -> dict[str, Any]:
    """The config of a language model for so many characters."""
    from .text import LENGTH

    if name == "transformer_decoder":
        sizes = {"embedding_dim": 64, "num_heads": 4, "num_layers": 2, "context_length": LENGTH}
    else:
        sizes = {"embedding_dim": 32, "hidden_size": 128, "num_layers": 1}
    return {"vocabulary_size": vocabulary_size, **sizes}
