"""A language model of Elman's recurrent layers."""

from torch import nn

from ._language_model import RecurrentLanguageModel


class RNNLanguageModel(RecurrentLanguageModel):
    """logits = affine(rnn(embedding(tokens))), at every position those of the token that comes next

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
        Mikolov, Karafiat, Burget, Cernocky, Khudanpur (2010), Recurrent neural network based language model,
        https://www.isca-archive.org/interspeech_2010/mikolov10_interspeech.html
    """

    def __init__(
        self, vocabulary_size: int, embedding_dim: int = 32, hidden_size: int = 128, num_layers: int = 1
    ) -> None:
        layers = nn.RNN(embedding_dim, hidden_size, num_layers, batch_first=True)
        super().__init__(vocabulary_size, embedding_dim, layers)
