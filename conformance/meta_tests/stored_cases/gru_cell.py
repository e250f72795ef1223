"""gru_cell: stored cases."""

from conformance.case import Case

from ._stored import stored, values


def gru_cell(x_shape: tuple[int, ...], *, initial: bool = True, bias: bool = True) -> Case:
    """A step of 3 units; h is omitted unless `initial`."""
    config = {"input_size": x_shape[-1], "hidden_size": 3, "bias": bias}
    params = {"weight_ih": values(9, x_shape[-1]), "weight_hh": values(9, 3, salt=1)}
    if bias:
        params |= {"bias_ih": values(9, salt=2), "bias_hh": values(9, salt=3)}
    shape = (*x_shape[:-1], 3)
    h = values(*shape, salt=4) if initial else None
    return stored("gru_cell", config, (values(*x_shape, salt=3), h), shape, **params)


CASES = (
    gru_cell((4, 2)),
    gru_cell((2, 3), bias=False),
    gru_cell((2, 3), initial=False),
    gru_cell((2,)),
    gru_cell((5,), initial=False, bias=False),
)
