"""multihead_attention: several attentions side by side, each between linear projections of its arguments."""

import math

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel


class MultiheadAttention(nn.MultiheadAttention):
    """y = concat(head_0, ..., head_{H-1}) @ out_proj.weight.T + out_proj.bias, H = num_heads

    where head_h = w_h @ v_h with the weights w_h = softmax(q_h @ k_h.T / sqrt(D) + mask) over the keys, and

        q = query @ W_q.T + b_q    k = key @ W_k.T + b_k    v = value @ W_v.T + b_v

    of embed_dim features each, of which head h has the D = embed_dim // num_heads features from h * D on. The
    three blocks of embed_dim rows of in_proj_weight are W_q, W_k and W_v, in this order, and those of
    in_proj_bias b_q, b_k and b_v. Then keys may be added behind the S keys that there are, which no mask hides:
    with add_bias_kv one whose k is bias_k and whose v is bias_v, with add_zero_attn (behind that one) one whose
    k and v are 0. S' is how many keys there are then.

    A boolean mask stands for -inf where it is True, the key does not take part, and for 0 where it is False: the
    opposite of scaled_dot_product_attention's. Both masks are added, each of either kind. A query all of whose
    keys are at -inf has weights that are NaN if need_weights; else it has none, its heads are 0, and no gradient
    flows from it.

    Config:
        embed_dim: the number of features of query, of y and of all heads together.
        num_heads: the number of heads, of which embed_dim is a multiple.
        dropout: 0 only.
        bias: False leaves in_proj_bias and out_proj.bias out.
        add_bias_kv, add_zero_attn: add a key, as above.
        kdim, vdim: the number of features of key and value; None is embed_dim. Where one of them is another
            number, the three projections have a weight each.
        batch_first: True puts the batch before the positions, in query, key, value and y.
        need_weights: False returns None in the place of the weights.
        average_attn_weights: True returns the mean of the heads' weights, False those of each head.
        is_causal: a hint that attn_mask is the causal mask (-inf, or True, where s > l), which must be given too.
            It changes no result where it is true; what a false hint leads to is not specified, nor, with an added
            key, what it leads to without weights and key_padding_mask: there PyTorch hides the added key.

    Params:
        in_proj_weight: (3 * embed_dim, embed_dim), if kdim and vdim are embed_dim; else
        q_proj_weight, k_proj_weight, v_proj_weight: (embed_dim, embed_dim), (embed_dim, kdim), (embed_dim, vdim)
        in_proj_bias: (3 * embed_dim,), only if `bias`
        out_proj.weight: (embed_dim, embed_dim)
        out_proj.bias: (embed_dim,), only if `bias`
        bias_k, bias_v: (1, 1, embed_dim), only if `add_bias_kv`

    Inputs:
        query: (L, N, embed_dim), (N, L, embed_dim) if batch_first, or (L, embed_dim)
        key, value: (S, N, kdim) and (S, N, vdim), (N, S, ...) if batch_first, or (S, ...), without a batch where
            query has none
        key_padding_mask: optional, (N, S), or (S,) without a batch
        attn_mask: optional, (L, S), or (N * num_heads, L, S), in which sample n has head h at n * num_heads + h
            (N = 1 without a batch); both masks are boolean, or of the dtype of query and then differentiated

    Output:
        y: the shape of query
        weights: (N, L, S') if average_attn_weights, else (N, num_heads, L, S'), without N where query has none;
            or None

    Raises:
        ValueError: embed_dim or num_heads < 1, or embed_dim is no multiple of num_heads; dropout outside [0, 1];
            an argument of another shape, or masks that are neither boolean nor of the dtype of query; is_causal
            without attn_mask.
        NotImplementedError: dropout > 0, which draws random numbers.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
        Vaswani et al. (2017), Attention is all you need, section 3.2.2, https://arxiv.org/abs/1706.03762
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        need_weights: bool = True,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> None:
        if embed_dim < 1 or num_heads < 1 or embed_dim % num_heads:
            raise ValueError(f"embed_dim = {embed_dim} is no multiple of num_heads = {num_heads}")
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout = {dropout}, expected a number between 0 and 1")
        if dropout:
            raise NotImplementedError("dropout > 0 draws random numbers; only 0 is supported")
        super().__init__(
            embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first
        )
        self.need_weights = need_weights
        self.average_attn_weights = average_attn_weights
        self.is_causal = is_causal

    # torch's order has an option between the masks.
    def forward(  # type: ignore[override]
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        attn_mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        self._check(query, key, value, key_padding_mask, attn_mask)
        # The definition itself; which fused kernel would take its place depends on the device and the shapes.
        with sdpa_kernel(SDPBackend.MATH):
            return super().forward(
                query,
                key,
                value,
                _added(key_padding_mask, query.dtype),
                self.need_weights,
                _added(attn_mask, query.dtype),
                self.average_attn_weights,
                self.is_causal,
            )

    def _check(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None,
        attn_mask: Tensor | None,
    ) -> None:
        shapes = tuple(tuple(x.shape) for x in (query, key, value))
        if query.dim() not in (2, 3) or {key.dim(), value.dim()} != {query.dim()}:
            raise ValueError(f"query, key and value must all have 2 dimensions, or all 3: {shapes}")
        if (query.shape[-1], key.shape[-1], value.shape[-1]) != (self.embed_dim, self.kdim, self.vdim):
            expected = f"{self.embed_dim}, {self.kdim} and {self.vdim}"
            raise ValueError(f"query, key and value must have {expected} features: {shapes}")
        places = 0 if query.dim() == 2 or not self.batch_first else 1
        batch = () if query.dim() == 2 else (query.shape[1 - places],)
        if key.shape[:-1] != value.shape[:-1] or (batch and key.shape[1 - places] != batch[0]):
            raise ValueError(
                f"query, key and value must have one batch size, key and value one length: {shapes}"
            )
        length, count = query.shape[places], key.shape[places]
        heads = math.prod(batch) * self.num_heads
        known: tuple[tuple[str, Tensor | None, tuple[tuple[int, ...], ...]], ...] = (
            ("key_padding_mask", key_padding_mask, ((*batch, count),)),
            ("attn_mask", attn_mask, ((length, count), (heads, length, count))),
        )
        for name, mask, expected_shapes in known:
            if mask is None:
                continue
            if mask.dtype not in (torch.bool, query.dtype):
                raise ValueError(f"{name} must be boolean or {query.dtype}, not {mask.dtype}")
            if tuple(mask.shape) not in expected_shapes:
                expected = " or ".join(map(str, expected_shapes))
                raise ValueError(f"{name} has the shape {tuple(mask.shape)}, expected {expected}")
        if self.is_causal and attn_mask is None:
            raise ValueError("is_causal says that attn_mask is causal, which must be given")


def _added(mask: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """The mask as it is added to the scores; PyTorch itself is about to give up masks of two kinds at once."""
    if mask is None or mask.dtype != torch.bool:
        return mask
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(mask, -math.inf)
