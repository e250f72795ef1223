"""lstm_cell: one step of a long short-term memory."""

from torch import Tensor, nn


class LSTMCell(nn.LSTMCell):
    """h' = o * tanh(c'), c' = f * c + i * g, with the gates i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)

    and the candidate g = tanh(a_g), where a_i, a_f, a_g and a_o, in this order, are the four blocks of
    hidden_size elements of a = weight_ih @ x + bias_ih + weight_hh @ h + bias_hh.

    Config:
        input_size, hidden_size: the number of features and of units.
        bias: False leaves both biases out.

    Params:
        weight_ih: (4 * hidden_size, input_size)
        weight_hh: (4 * hidden_size, hidden_size)
        bias_ih, bias_hh: (4 * hidden_size,), only if `bias`

    Inputs:
        x: (N, input_size) or (input_size,); N may be 0
        h, c: (N, hidden_size), or (hidden_size,) if x has no batch; both given, or both None, which is 0

    Output:
        h', c': each of the shape of c

    Raises:
        ValueError: x is not 1-d or 2-d, its last dimension is not input_size; h or c has another shape, or one of
            them is None; input_size or hidden_size < 1.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
        Hochreiter, Schmidhuber (1997), Long short-term memory, https://doi.org/10.1162/neco.1997.9.8.1735
        Gers, Schmidhuber, Cummins (2000), Learning to forget, https://doi.org/10.1162/089976600300015015
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        if min(input_size, hidden_size) < 1:
            raise ValueError("input_size and hidden_size must be positive")
        super().__init__(input_size, hidden_size, bias)

    # A state is one input each here, and a pair in torch.
    def forward(  # type: ignore[override]
        self, x: Tensor, h: Tensor | None = None, c: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        if h is None or c is None:
            if h is not c:
                raise ValueError("h and c must both be given, or both be None")
            return super().forward(x)
        if {h.ndim, c.ndim} != {x.ndim}:
            raise ValueError("x, h and c must all have a batch, or none of them")
        return super().forward(x, (h, c))
