"""A language model of layers of gated recurrent units."""

from torch import nn

from ._language_model import RecurrentLanguageModel


class GRULanguageModel(RecurrentLanguageModel):
    """logits = affine(gru(embedding(tokens))), at every position those of the token that comes next

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
        Cho et al. (2014), Learning phrase representations using RNN encoder-decoder for statistical machine
        translation, https://arxiv.org/abs/1406.1078
    """

    def __init__(
        self, vocabulary_size: int, embedding_dim: int = 32, hidden_size: int = 128, num_layers: int = 1
    ) -> None:
        layers = nn.GRU(embedding_dim, hidden_size, num_layers, batch_first=True)
        super().__init__(vocabulary_size, embedding_dim, layers)
