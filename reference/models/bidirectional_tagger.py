"""A tagger: a class for every token, read from both sides."""

from torch import Tensor, nn


class BidirectionalTagger(nn.Module):
    """logits[n, t] = W @ [f[n, t], g[n, t]] + b

    with f and g the forward and the reverse outputs of bidirectional LSTM layers over the embedded tokens: of
    what stands to the left of a token, and to the right, with itself.

    Args:
        vocabulary_size: how many tokens there are, V.
        num_classes: classes of a token, C.
        embedding_dim: features of a token.
        hidden_size: units of each recurrent layer and direction.
        num_layers: how many layers are stacked.

    Inputs:
        tokens: (N, T), int64, in [0, V)

    Output:
        logits: (N, T, C)

    Source:
        Graves, Schmidhuber (2005), Framewise phoneme classification with bidirectional LSTM and other neural
        network architectures, https://doi.org/10.1016/j.neunet.2005.06.042
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_classes: int,
        embedding_dim: int = 32,
        hidden_size: int = 64,
        num_layers: int = 1,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.layers = nn.LSTM(embedding_dim, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.output = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens: Tensor) -> Tensor:
        h, _ = self.layers(self.embedding(tokens))
        logits: Tensor = self.output(h)
        return logits
