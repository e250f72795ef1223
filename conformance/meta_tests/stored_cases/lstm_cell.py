"""lstm_cell: stored cases."""

from conformance.case import Case
from conformance.tree import Array

from ._stored import stored, values


def lstm_cell(x_shape: tuple[int, ...], hidden: int, *, initial: bool = True, bias: bool = True) -> Case:
    """One step; h and c are omitted unless `initial`."""
    config = {"input_size": x_shape[-1], "hidden_size": hidden, "bias": bias}
    params: dict[str, Array] = {
        "weight_ih": values(4 * hidden, x_shape[-1]),
        "weight_hh": values(4 * hidden, hidden, salt=1),
    }
    if bias:
        params |= {"bias_ih": values(4 * hidden, salt=2), "bias_hh": values(4 * hidden, salt=3)}
    state_shape = (*x_shape[:-1], hidden)
    states = (values(*state_shape, salt=3), values(*state_shape, salt=4)) if initial else (None, None)
    return stored("lstm_cell", config, (values(*x_shape), *states), state_shape, state_shape, **params)


CASES = (
    lstm_cell((3, 2), 2),
    lstm_cell((2, 4), 3, bias=False),
    lstm_cell((2, 2), 3, initial=False),
    lstm_cell((3,), 2),
    lstm_cell((2,), 2, initial=False, bias=False),
)
