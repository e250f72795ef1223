"""gru: stored cases."""

from typing import Any

from conformance.case import Case
from conformance.tree import Array

from ._stored import kept, stored, values


def gru(x_shape: tuple[int, ...], *, initial: bool = True, **options: Any) -> Case:
    """A network of gated recurrent units; h_0 is omitted unless `initial`, and a mask given where it must be."""
    config = {
        "input_size": x_shape[-1],
        "hidden_size": 3,
        "num_layers": 1,
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
            params[f"weight_ih{suffix}"] = values(3 * hidden, width, salt=salt)
            params[f"weight_hh{suffix}"] = values(3 * hidden, hidden, salt=salt + 1)
            if config["bias"]:
                params[f"bias_ih{suffix}"] = values(3 * hidden, salt=salt + 2)
                params[f"bias_hh{suffix}"] = values(3 * hidden, salt=salt + 3)
    batch = () if len(x_shape) == 2 else (x_shape[0 if config["batch_first"] else 1],)
    state_shape = (layers * len(directions), *batch, hidden)
    h_0 = values(*state_shape, salt=3) if initial else None
    output_shape = (*x_shape[:-1], hidden * len(directions))
    inputs = (values(*x_shape), h_0, kept(config, output_shape))
    return stored("gru", config, inputs, output_shape, state_shape, **params)


CASES = (
    gru((4, 2, 2)),
    gru((4, 2, 2), initial=False),
    gru((2, 3, 4), batch_first=True, bidirectional=True, initial=False),
    gru((3, 2, 2), num_layers=2, bidirectional=True),
    gru((3, 2, 2), num_layers=2, bidirectional=True, hidden_size=2, bias=False),
    gru((3, 2), num_layers=2, bias=False),
    gru((3, 2), batch_first=True, bidirectional=True),
    gru((3, 2, 2), num_layers=3, dropout=0.5, hidden_size=2),
    gru(
        (2, 3, 2),
        num_layers=2,
        dropout=0.3,
        bidirectional=True,
        batch_first=True,
        initial=False,
        hidden_size=2,
    ),
    gru((3, 2), num_layers=2, dropout=0.3, training=False, bias=False),
    gru((3, 2), dropout=0.3, initial=False),
)
