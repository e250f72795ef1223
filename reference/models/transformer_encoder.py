"""A classifier that reads a sequence, an image row by row, or tokens, with layers of a transformer's encoder."""

import torch
from torch import Tensor, nn


class TransformerEncoder(nn.Module):
    """logits = W @ mean over t of h[n, t] + b

    with h the outputs of num_layers layers, each self-attention and then a feedforward network of one hidden
    layer with a GELU, over the embedded steps: e(x[n, t]) + p[t], where e is an affine map, or a row for each
    token, and p[t] a row for each position, learned. A sublayer f is normalised afterwards, norm(h + f(h)), or
    with norm_first before, h + f(norm(h)), and then all of h is normalised once more at the end. Every step sees
    all others, and the mean has no order: the positions are all that tells a sequence from its permutations.

    Args:
        in_features: features of a step, of an image channels * columns; with `tokens` how many tokens there are.
        embedding_dim: features of h, a multiple of num_heads.
        num_heads: heads of each attention.
        feedforward_dim: hidden units of each feedforward network.
        num_layers: how many layers are stacked.
        num_classes: classes to tell apart.
        max_length: the longest sequence, rows of the largest image.
        norm_first: normalise before the sublayers, not after them.
        tokens: x are tokens.
        dropout: the share of embedded steps, weights, hidden units and outputs of sublayers that is dropped in
            training; it draws random numbers, so that a training run that is to be followed has none.

    Inputs:
        x: (N, T, in_features), an image (N, C, T, columns), or with `tokens` (N, T), int64, in [0, in_features);
            T <= max_length

    Output:
        logits: (N, num_classes)

    Source:
        Vaswani et al. (2017), Attention is all you need, section 3.1, https://arxiv.org/abs/1706.03762
        Xiong et al. (2020), On layer normalization in the transformer architecture, for norm_first,
        https://arxiv.org/abs/2002.04745
        Devlin et al. (2018), BERT, for learned positions and the GELU, https://arxiv.org/abs/1810.04805
    """

    def __init__(
        self,
        in_features: int,
        embedding_dim: int = 64,
        num_heads: int = 4,
        feedforward_dim: int = 256,
        num_layers: int = 2,
        num_classes: int = 10,
        max_length: int = 64,
        norm_first: bool = False,
        tokens: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        embedding = nn.Embedding if tokens else nn.Linear
        self.embedding = embedding(in_features, embedding_dim)
        self.position = nn.Embedding(max_length, embedding_dim)
        self.dropout = nn.Dropout(dropout)
        # nn.TransformerEncoder would copy one layer, and all of them would start with the same numbers.
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                embedding_dim,
                num_heads,
                feedforward_dim,
                dropout,
                "gelu",
                batch_first=True,
                norm_first=norm_first,
            )
            for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embedding_dim) if norm_first else nn.Identity()
        self.output = nn.Linear(embedding_dim, num_classes)
        nn.init.normal_(self.position.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 4:
            batch, channels, rows, columns = x.shape
            x = x.transpose(1, 2).reshape(batch, rows, channels * columns)
        h = self.dropout(self.embedding(x) + self.position(torch.arange(x.shape[1])))
        for layer in self.layers:
            h = layer(h)
        logits: Tensor = self.output(self.norm(h).mean(1))
        return logits
