"""gru: a network of gated recurrent units."""

from torch import Tensor, nn

from ._layer_by_layer import check_mask, single_layers, stacked


class GRU(nn.GRU):
    """h[t] = (1 - z) * n + z * h[t - 1], for each layer and direction, with

    r = sigmoid(W_ir @ v[t] + b_ir + W_hr @ h[t - 1] + b_hr)
    z = sigmoid(W_iz @ v[t] + b_iz + W_hz @ h[t - 1] + b_hz)
    n = tanh(W_in @ v[t] + b_in + r * (W_hn @ h[t - 1] + b_hn))

    weight_ih is W_ir, W_iz, W_in one below the other, and so are weight_hh, bias_ih and bias_hh. The reset gate r
    acts on the product with its bias, not on h[t - 1] as in the paper. Layer 0 reads v = x; layer k reads the
    outputs of layer k - 1, both directions concatenated, forward first, and where something is dropped
    v = outputs * mask[k - 1] / (1 - dropout), or outputs * 0 if dropout is 1, as in the operation dropout. The
    forward direction starts from h[-1] = h_0[k * D] and goes through t = 0, ..., T - 1. The reverse one starts
    from h[T] = h_0[k * D + 1], goes through t = T - 1, ..., 0 with h[t + 1] in the place of h[t - 1], and its
    h[t] stands at time t beside the forward one's. D = 2 if bidirectional else 1.

    Config:
        num_layers: how many layers are stacked.
        bias: False leaves both biases out.
        batch_first: True puts the batch before time in x and output; h_0 and h_n stay as they are.
        dropout: the probability that an output is dropped on its way to the next layer, from 0 to 1.
        bidirectional: True adds the reverse direction, with parameters of its own.
        training: whether anything is dropped.

    Params:
        weight_ih_l{k}: (3 * hidden_size, input_size), or (3 * hidden_size, D * hidden_size) if k > 0
        weight_hh_l{k}: (3 * hidden_size, hidden_size)
        bias_ih_l{k}, bias_hh_l{k}: (3 * hidden_size,), only if `bias`
        the same again with the suffix _reverse, only if `bidirectional`

    Inputs:
        x: (T, N, input_size), (N, T, input_size) if batch_first, or (T, input_size); N may be 0
        h_0: (num_layers * D, N, hidden_size), (num_layers * D, hidden_size) if x has no batch; None is 0
        mask: (num_layers - 1, T, N, D * hidden_size), (num_layers - 1, N, T, D * hidden_size) if batch_first, or
            (num_layers - 1, T, D * hidden_size): booleans, True keeps an output of that layer, in the layout of
            output; given in training with dropout > 0 and num_layers > 1, else None. It is not differentiated.

    Output:
        output: (T, N, D * hidden_size), (N, T, D * hidden_size) or (T, D * hidden_size): h of the last layer
        h_n: the shape of h_0: the last state of each layer and direction, h[T - 1] forward, h[0] reverse

    Raises:
        ValueError: x is not 2-d or 3-d, its last dimension is not input_size, or T is 0; h_0 has another
            shape; input_size, hidden_size or num_layers < 1; dropout outside [0, 1];
            no mask where something is dropped, one where nothing is, or one of another shape or not of booleans.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
        Cho et al. (2014), Learning phrase representations using RNN encoder-decoder for statistical machine
        translation, https://arxiv.org/abs/1406.1078
        Schuster, Paliwal (1997), Bidirectional recurrent neural networks, https://doi.org/10.1109/78.650093
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        training: bool = True,
    ) -> None:
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
        self.train(training)
        self._layers = single_layers(
            self, lambda size: nn.GRU(size, hidden_size, 1, bias, batch_first, 0.0, bidirectional)
        )

    def forward(  # type: ignore[override]
        self, x: Tensor, h_0: Tensor | None = None, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        check_mask(self, x, mask)
        if mask is None:
            return super().forward(x, h_0)
        output, (h_n,) = stacked(self, self._layers, x, () if h_0 is None else (h_0,), mask)
        return output, h_n
