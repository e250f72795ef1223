"""rnn_cell: stored cases."""

from conformance.case import Case

from ._stored import stored, values


def rnn_cell(
    x_shape: tuple[int, ...], *, initial: bool = True, bias: bool = True, nonlinearity: str = "tanh"
) -> Case:
    """A step of 3 units; h is omitted unless `initial`."""
    config = {"input_size": x_shape[-1], "hidden_size": 3, "bias": bias, "nonlinearity": nonlinearity}
    params = {"weight_ih": values(3, x_shape[-1]), "weight_hh": values(3, 3, salt=1)}
    if bias:
        params |= {"bias_ih": values(3, salt=2), "bias_hh": values(3, salt=3)}
    shape = (*x_shape[:-1], 3)
    h = values(*shape, salt=4) if initial else None
    return stored("rnn_cell", config, (values(*x_shape, salt=3), h), shape, **params)


CASES = (
    rnn_cell((4, 2)),
    rnn_cell((4, 2), nonlinearity="relu"),
    rnn_cell((2, 3), initial=False, bias=False),
    rnn_cell((2,), nonlinearity="relu", bias=False),
    rnn_cell((5,), initial=False),
)
