"""A language model of a transformer's decoder, as GPT-2 is one."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class TransformerDecoder(nn.Module):
    """logits[n, t] = E @ norm(h[n, t]), at every position those of the token that comes next

    with h the outputs of num_layers blocks over the embedded tokens E[tokens[n, t]] + P[t]. A block adds to h
    what causal self-attention makes of norm(h), and then what a feedforward network of one hidden layer with a
    GELU (the tanh form) makes of norm(h). No position sees a later one. The rows of E embed tokens and, with
    tie_weights, are the weights of the logits too; without it they have a weight of their own. There is no bias
    of logits.

    Weights start at 0.02 * randn and biases at 0; the weights of what is added to h start at
    0.02 / sqrt(2 * num_layers) * randn, since so many terms are added.

    Args:
        vocabulary_size: how many tokens there are, V.
        embedding_dim: features of h, a multiple of num_heads.
        num_heads: heads of each attention.
        num_layers: how many blocks are stacked.
        context_length: the longest sequence.
        feedforward_dim: hidden units of each feedforward network; None is 4 * embedding_dim.
        tie_weights: logits are products with the embeddings of the tokens.
        dropout: the share of embedded tokens, weights of attention and outputs of sublayers that is dropped in
            training; it draws random numbers, so that a training run that is to be followed has none.

    Inputs:
        tokens: (N, T), int64, in [0, V); T <= context_length

    Output:
        logits: (N, T, V)

    Source:
        Radford et al. (2019), Language models are unsupervised multitask learners (GPT-2), section 2.3; its
        smallest model is vocabulary_size=50257, embedding_dim=768, num_heads=12, num_layers=12,
        context_length=1024, https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf
        Press, Wolf (2017), for tied weights, https://arxiv.org/abs/1608.05859
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int = 64,
        num_heads: int = 4,
        num_layers: int = 2,
        context_length: int = 64,
        feedforward_dim: int | None = None,
        tie_weights: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        hidden = 4 * embedding_dim if feedforward_dim is None else feedforward_dim
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.position = nn.Embedding(context_length, embedding_dim)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            _Block(embedding_dim, num_heads, hidden, dropout) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embedding_dim)
        self.output = None if tie_weights else nn.Linear(embedding_dim, vocabulary_size, bias=False)
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif "norm" not in name:
                added = name.endswith(("attention.output.weight", "contract.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * num_layers) ** 0.5 if added else 0.02)

    def forward(self, tokens: Tensor) -> Tensor:
        h = self.dropout(self.embedding(tokens) + self.position(torch.arange(tokens.shape[1])))
        for block in self.blocks:
            h = block(h)
        h = self.norm(h)
        logits: Tensor = F.linear(h, self.embedding.weight) if self.output is None else self.output(h)
        return logits


class _Block(nn.Module):
    """What is added to h: attention, then a feedforward network."""

    def __init__(self, embedding_dim: int, num_heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(embedding_dim)
        self.attention = _CausalAttention(embedding_dim, num_heads, dropout)
        self.feedforward_norm = nn.LayerNorm(embedding_dim)
        self.expand = nn.Linear(embedding_dim, hidden)
        self.gelu = nn.GELU(approximate="tanh")
        self.contract = nn.Linear(hidden, embedding_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, h: Tensor) -> Tensor:
        h = h + self.dropout(self.attention(self.attention_norm(h)))
        sum_: Tensor = h + self.dropout(self.contract(self.gelu(self.expand(self.feedforward_norm(h)))))
        return sum_


class _CausalAttention(nn.Module):
    """Queries, keys and values of all heads in one projection, side by side in this order."""

    def __init__(self, embedding_dim: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.num_heads, self.dropout = num_heads, dropout
        self.projections = nn.Linear(embedding_dim, 3 * embedding_dim)
        self.output = nn.Linear(embedding_dim, embedding_dim)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, features = x.shape
        query, key, value = (
            part.view(batch, length, self.num_heads, features // self.num_heads).transpose(1, 2)
            for part in self.projections(x).chunk(3, dim=-1)
        )
        dropped = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(query, key, value, dropout_p=dropped, is_causal=True)
        attended: Tensor = self.output(y.transpose(1, 2).reshape(batch, length, features))
        return attended
