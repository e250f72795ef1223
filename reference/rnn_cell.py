"""rnn_cell: one step of an Elman recurrent network."""

from torch import nn


class RNNCell(nn.RNNCell):
    """h' = f(weight_ih @ x + bias_ih + weight_hh @ h + bias_hh), for each sample

    f is tanh or relu.

    Config:
        input_size, hidden_size: the features of x and of h.
        bias: False leaves both biases out.
        nonlinearity: "tanh" or "relu".

    Params:
        weight_ih: (hidden_size, input_size)
        weight_hh: (hidden_size, hidden_size)
        bias_ih, bias_hh: (hidden_size,), only if `bias`

    Inputs:
        x: (N, input_size) or (input_size,); N may be 0
        h: (N, hidden_size), (hidden_size,) if x has no batch; None is 0

    Output:
        h': (N, hidden_size) or (hidden_size,)

    Raises:
        ValueError: x is not 1-d or 2-d, or its last dimension is not input_size; h has another shape; an
            unknown nonlinearity.

    Subgradient:
        With "relu", f' = 0 where the argument of f is 0, as in the operation relu.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
        Elman (1990), Finding structure in time, https://doi.org/10.1207/s15516709cog1402_1
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh"
    ) -> None:
        super().__init__(input_size, hidden_size, bias, nonlinearity)
