"""lstm: a long short-term memory."""

from torch import Tensor, nn

from ._layer_by_layer import check_mask, single_layers, stacked


class LSTM(nn.LSTM):
    """c[t] = f * c[t - 1] + i * g, m[t] = o * tanh(c[t]), h[t] = m[t], for each layer and direction

    where i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o) and g = tanh(a_g), all at time t; a_i, a_f, a_g and
    a_o, in this order, are the four blocks of hidden_size elements of
    a = weight_ih @ v[t] + bias_ih + weight_hh @ h[t - 1] + bias_hh.
    With proj_size > 0, h[t] = weight_hr @ m[t], and h has R = proj_size elements; else R = hidden_size. c always
    has hidden_size elements.

    Layer 0 reads v = x; layer k reads the outputs h of layer k - 1, both directions concatenated, forward
    first, and where something is dropped v = h * mask[k - 1] / (1 - dropout), or h * 0 if dropout is 1, as in the
    operation dropout. The forward direction starts from h[-1] = h_0[k * D] and c[-1] = c_0[k * D] and goes
    through t = 0, ..., T - 1. The reverse one starts from h[T] = h_0[k * D + 1] and c[T] = c_0[k * D + 1], goes
    through t = T - 1, ..., 0 with t + 1 in the place of t - 1, and its h[t] stands at time t beside the forward
    one's. D = 2 if bidirectional else 1.

    Config:
        input_size, hidden_size: the number of features and of units.
        num_layers: how many layers are stacked.
        bias: False leaves both biases out.
        batch_first: True puts the batch before time in x and output; the states stay as they are.
        dropout: the probability that an output is dropped on its way to the next layer, from 0 to 1.
        bidirectional: True adds the reverse direction, with parameters of its own.
        proj_size: the number of elements of the projected h, less than hidden_size; 0 is no projection.
        training: whether anything is dropped.

    Params:
        weight_ih_l{k}: (4 * hidden_size, input_size), or (4 * hidden_size, D * R) if k > 0
        weight_hh_l{k}: (4 * hidden_size, R)
        bias_ih_l{k}, bias_hh_l{k}: (4 * hidden_size,), only if `bias`
        weight_hr_l{k}: (proj_size, hidden_size), only if proj_size > 0
        the same again with the suffix _reverse, only if `bidirectional`

    Inputs:
        x: (T, N, input_size), (N, T, input_size) if batch_first, or (T, input_size); N may be 0
        h_0: (num_layers * D, N, R), or (num_layers * D, R) if x has no batch
        c_0: (num_layers * D, N, hidden_size), or (num_layers * D, hidden_size) if x has no batch;
            h_0 and c_0 are both given, or both None, which is 0
        mask: (num_layers - 1, T, N, D * R), (num_layers - 1, N, T, D * R) if batch_first, or
            (num_layers - 1, T, D * R): booleans, True keeps an output of that layer, in the layout of
            output; given in training with dropout > 0 and num_layers > 1, else None. It is not differentiated.

    Output:
        output: (T, N, D * R), (N, T, D * R) or (T, D * R): h of the last layer
        h_n, c_n: the shapes of h_0 and c_0: the last states of each layer and direction, those at time T - 1
            forward, at time 0 reverse; the output is (output, (h_n, c_n))

    Raises:
        ValueError: x is not 2-d or 3-d, its last dimension is not input_size, or T is 0; h_0 or c_0 has another
            shape, or one of them is None; input_size, hidden_size or num_layers < 1; proj_size outside
            [0, hidden_size); dropout outside [0, 1];
            no mask where something is dropped, one where nothing is, or one of another shape or not of booleans.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
        Hochreiter, Schmidhuber (1997), Long short-term memory, https://doi.org/10.1162/neco.1997.9.8.1735
        Sak, Senior, Beaufays (2014), for the projection, https://arxiv.org/abs/1402.1128
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
        proj_size: int = 0,
        training: bool = True,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size
        )
        self.train(training)
        self._layers = single_layers(
            self,
            lambda size: nn.LSTM(size, hidden_size, 1, bias, batch_first, 0.0, bidirectional, proj_size),
        )

    # A state is one input each here, and a pair in torch.
    def forward(  # type: ignore[override]
        self,
        x: Tensor,
        h_0: Tensor | None = None,
        c_0: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        states = () if h_0 is None or c_0 is None else (h_0, c_0)
        if not states and h_0 is not c_0:
            raise ValueError("h_0 and c_0 must both be given, or both be None")
        check_mask(self, x, mask)
        if mask is None:
            return super().forward(x, states or None)
        output, (h_n, c_n) = stacked(self, self._layers, x, states, mask)
        return output, (h_n, c_n)
