"""rnn: stored cases."""

from typing import Any

from conformance.case import Case
from conformance.tree import Array

from ._stored import kept, stored, values


def rnn(x_shape: tuple[int, ...], *, initial: bool = True, **options: Any) -> Case:
    """A recurrent network; h_0 is omitted unless `initial`, and a mask given where it must be."""
    config = {
        "input_size": x_shape[-1],
        "hidden_size": 3,
        "num_layers": 1,
        "nonlinearity": "tanh",
        "bias": True,
        "batch_first": False,
        "dropout": 0.0,
        "bidirectional": False,
        "training": True,
        **options,
    }
    hidden, layers = config["hidden_size"], config["num_layers"]
    directions = ("", "_reverse") if config["bidirectional"] else ("",)
    params: dict[str, Array] = {}
    for layer in range(layers):
        width = config["input_size"] if layer == 0 else hidden * len(directions)
        for direction in directions:
            salt, suffix = 4 * len(params), f"_l{layer}{direction}"
            params[f"weight_ih{suffix}"] = values(hidden, width, salt=salt)
            params[f"weight_hh{suffix}"] = values(hidden, hidden, salt=salt + 1)
            if config["bias"]:
                params[f"bias_ih{suffix}"] = values(hidden, salt=salt + 2)
                params[f"bias_hh{suffix}"] = values(hidden, salt=salt + 3)
    batch = () if len(x_shape) == 2 else (x_shape[0 if config["batch_first"] else 1],)
    state_shape = (layers * len(directions), *batch, hidden)
    h_0 = values(*state_shape, salt=3) if initial else None
    output_shape = (*x_shape[:-1], hidden * len(directions))
    inputs = (values(*x_shape), h_0, kept(config, output_shape))
    return stored("rnn", config, inputs, output_shape, state_shape, **params)


CASES = (
    rnn((4, 2, 2)),
    rnn((4, 2, 2), initial=False, nonlinearity="relu"),
    rnn((2, 3, 4), batch_first=True, bidirectional=True, initial=False),
    rnn((3, 2, 2), num_layers=2, bidirectional=True),
    rnn((3, 2, 2), num_layers=2, bidirectional=True, nonlinearity="relu", hidden_size=2, bias=False),
    rnn((3, 2), num_layers=2, bias=False),
    rnn((3, 2), batch_first=True, bidirectional=True),
    rnn((3, 2, 2), num_layers=3, dropout=0.5),
    rnn((2, 3, 2), num_layers=2, dropout=0.3, bidirectional=True, batch_first=True, initial=False),
    rnn((3, 2), num_layers=2, dropout=0.3, training=False, bias=False),
    rnn((3, 2), dropout=0.3, nonlinearity="relu", initial=False),
)
