"""rnn: an Elman recurrent network."""

from torch import nn


class RNN(nn.RNN):
    """h[t] = f(weight_ih @ v[t] + bias_ih + weight_hh @ h[t - 1] + bias_hh), for each layer and direction

    f is tanh or relu. Layer 0 reads v = x; layer k reads the outputs of layer k - 1, both directions
    concatenated, forward first. The forward direction starts from h[-1] = h_0[k * D] and goes through
    t = 0, ..., T - 1. The reverse one starts from h[T] = h_0[k * D + 1], goes through t = T - 1, ..., 0 with
    h[t + 1] in the place of h[t - 1], and its h[t] stands at time t beside the forward one's.
    D = 2 if bidirectional else 1.

    Config:
        num_layers: how many layers are stacked.
        nonlinearity: "tanh" or "relu".
        bias: False leaves both biases out.
        batch_first: True puts the batch before time in x and output; h_0 and h_n stay as they are.
        dropout: 0 only.
        bidirectional: True adds the reverse direction, with parameters of its own.

    Params:
        weight_ih_l{k}: (hidden_size, input_size), or (hidden_size, D * hidden_size) if k > 0
        weight_hh_l{k}: (hidden_size, hidden_size)
        bias_ih_l{k}, bias_hh_l{k}: (hidden_size,), only if `bias`
        the same again with the suffix _reverse, only if `bidirectional`

    Inputs:
        x: (T, N, input_size), (N, T, input_size) if batch_first, or (T, input_size); N may be 0
        h_0: (num_layers * D, N, hidden_size), (num_layers * D, hidden_size) if x has no batch; None is 0

    Output:
        output: (T, N, D * hidden_size), (N, T, D * hidden_size) or (T, D * hidden_size): h of the last layer
        h_n: the shape of h_0: the last state of each layer and direction, h[T - 1] forward, h[0] reverse

    Raises:
        ValueError: x is not 2-d or 3-d, its last dimension is not input_size, or T is 0; h_0 has another
            shape; input_size, hidden_size or num_layers < 1; an unknown nonlinearity; dropout outside [0, 1].
        NotImplementedError: dropout > 0, which draws random numbers.

    Subgradient:
        With "relu", f' = 0 where the argument of f is 0, as in the operation relu.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
        Elman (1990), Finding structure in time, https://doi.org/10.1207/s15516709cog1402_1
        Schuster, Paliwal (1997), Bidirectional recurrent neural networks, https://doi.org/10.1109/78.650093
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        if 0 < dropout <= 1:
            raise NotImplementedError("dropout > 0 draws random numbers; only 0 is supported")
        super().__init__(
            input_size, hidden_size, num_layers, nonlinearity, bias, batch_first, dropout, bidirectional
        )
