"""What the recurrent language models have in common: all but their recurrent layers."""

from torch import Tensor, nn


class RecurrentLanguageModel(nn.Module):
    """logits[n, t] = W @ h[n, t] + b, with h the outputs of recurrent layers over the embedded tokens

    The state starts at 0 for every sequence, so that logits[n, t] depend on tokens[n, 0], ..., tokens[n, t]
    alone: they are those of token t + 1.
    """

    def __init__(self, vocabulary_size: int, embedding_dim: int, layers: nn.RNNBase) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.layers = layers
        self.output = nn.Linear(layers.hidden_size, vocabulary_size)

    def forward(self, tokens: Tensor) -> Tensor:
        h, _ = self.layers(self.embedding(tokens))
        logits: Tensor = self.output(h)
        return logits
