"""lstm: stored cases."""

from dataclasses import replace
from typing import Any

from conformance.case import Case
from conformance.operations._lstm_params import layer_shapes
from conformance.tree import Array

from ._stored import kept, stored, values


def lstm(x_shape: tuple[int, ...], *, initial: bool = True, **options: Any) -> Case:
    """A long short-term memory; the states are omitted unless `initial`, and a mask given where it must be."""
    config = {
        "input_size": x_shape[-1],
        "hidden_size": 3,
        "num_layers": 1,
        "bias": True,
        "batch_first": False,
        "dropout": 0.0,
        "bidirectional": False,
        "proj_size": 0,
        "training": True,
        **options,
    }
    shapes = layer_shapes(config)
    params: dict[str, Array] = {
        name: values(*shape, salt=salt) for salt, (name, shape) in enumerate(shapes.items())
    }
    directions = 1 + config["bidirectional"]
    size = config["proj_size"] or config["hidden_size"]
    batch = () if len(x_shape) == 2 else (x_shape[0 if config["batch_first"] else 1],)
    h_shape = (config["num_layers"] * directions, *batch, size)
    c_shape = (*h_shape[:-1], config["hidden_size"])
    states = (values(*h_shape, salt=3), values(*c_shape, salt=4)) if initial else (None, None)
    output_shape = (*x_shape[:-1], size * directions)
    inputs = (values(*x_shape), *states, kept(config, output_shape))
    case = stored("lstm", config, inputs, output_shape, h_shape, c_shape, **params)
    assert isinstance(case.cotangent, tuple)
    output, *final = case.cotangent
    return replace(case, cotangent=(output, tuple(final)))


CASES = (
    lstm((3, 2, 2)),
    lstm((2, 3, 2), batch_first=True, bidirectional=True, initial=False),
    lstm((3, 2, 2), num_layers=2, bidirectional=True, hidden_size=2),
    lstm((3, 2, 2), num_layers=2, bias=False, proj_size=2),
    lstm((2, 2, 2), bidirectional=True, num_layers=2, proj_size=1, hidden_size=2),
    lstm((3, 2), num_layers=2, initial=False, bias=False, hidden_size=2),
    lstm((3, 2), batch_first=True, bidirectional=True, proj_size=1, hidden_size=2),
    lstm((2, 2, 2), num_layers=3, dropout=0.5, hidden_size=2),
    lstm(
        (2, 2, 2), num_layers=2, dropout=0.3, bidirectional=True, batch_first=True, proj_size=1, hidden_size=2
    ),
    lstm((3, 2), num_layers=2, dropout=0.3, training=False, initial=False, hidden_size=2),
    lstm((3, 2), dropout=0.3, bias=False, hidden_size=2),
)
