"""gru_cell: one step of a gated recurrent unit."""

from torch import nn


class GRUCell(nn.GRUCell):
    """h' = (1 - z) * n + z * h, for each sample, with

    r = sigmoid(W_ir @ x + b_ir + W_hr @ h + b_hr)
    z = sigmoid(W_iz @ x + b_iz + W_hz @ h + b_hz)
    n = tanh(W_in @ x + b_in + r * (W_hn @ h + b_hn))

    weight_ih is W_ir, W_iz, W_in one below the other, and so are weight_hh, bias_ih and bias_hh. The reset gate r
    acts on the product with its bias, not on h as in the paper.

    Config:
        input_size, hidden_size: the features of x and of h.
        bias: False leaves both biases out.

    Params:
        weight_ih: (3 * hidden_size, input_size)
        weight_hh: (3 * hidden_size, hidden_size)
        bias_ih, bias_hh: (3 * hidden_size,), only if `bias`

    Inputs:
        x: (N, input_size) or (input_size,); N may be 0
        h: (N, hidden_size), (hidden_size,) if x has no batch; None is 0

    Output:
        h': (N, hidden_size) or (hidden_size,)

    Raises:
        ValueError: x is not 1-d or 2-d, or its last dimension is not input_size; h has another shape.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
        Cho et al. (2014), Learning phrase representations using RNN encoder-decoder for statistical machine
        translation, https://arxiv.org/abs/1406.1078
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        super().__init__(input_size, hidden_size, bias)
