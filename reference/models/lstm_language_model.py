"""A language model of layers of long short-term memory."""

from torch import nn

from ._language_model import RecurrentLanguageModel


class LSTMLanguageModel(RecurrentLanguageModel):
    """logits = affine(lstm(embedding(tokens))), at every position those of the token that comes next

    Args:
        vocabulary_size: how many tokens there are, V.
        embedding_dim: features of a token.
        hidden_size: units of each recurrent layer.
        num_layers: how many of them are stacked.

    Inputs:
        tokens: (N, T), int64, in [0, V)

    Output:
        logits: (N, T, V)

    Source:
        Sundermeyer, Schlüter, Ney (2012), LSTM neural networks for language modeling,
        https://www.isca-archive.org/interspeech_2012/sundermeyer12_interspeech.html
    """

    def __init__(
        self, vocabulary_size: int, embedding_dim: int = 32, hidden_size: int = 128, num_layers: int = 1
    ) -> None:
        layers = nn.LSTM(embedding_dim, hidden_size, num_layers, batch_first=True)
        super().__init__(vocabulary_size, embedding_dim, layers)
