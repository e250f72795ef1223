"""rnn_cell: cases, rejections and the claims of one recurrent step."""

from typing import Any

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.batch_adds_up import batch_adds_up
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.hidden_units_permute import hidden_units_permute
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Kink, Operation, Rejection
from ._cell_params import as_cell, one_layer, rows, sizes
from ._recurrent_params import SEQUENCES, generic, lattice, one_sign, shapes


def cases(draw: Draw) -> Case:
    """Every option. With relu, no sum that feeds it is near zero, and all sums of small integers are exact."""
    nonlinearity = draw.choice(("tanh", "relu"))
    config, shape, state = _structure(draw, nonlinearity)
    network = one_layer(config)
    if nonlinearity == "tanh":
        params = generic(draw, network)
        x, h = draw.tensor(shape, 1 / 4, SEQUENCES), draw.tensor(state, 1 / 8, SEQUENCES)
    elif draw.regime == "exact" and config["bias"]:
        params = lattice(draw, network)
        x, h = draw.tensor(shape), draw.tensor(state)
    else:
        params = one_sign(draw, network, 1 / 16)
        x, h = (np.abs(draw.off_zero(size, 1.0, SEQUENCES)) for size in (shape, state))
        if not (config["bias"] or config["input_size"]):
            # Without h nothing but zeros would feed the relu.
            return draw.case(config=config, params=as_cell(params), inputs=[x, h], exact=True)
    return draw.case(
        config=config,
        params=as_cell(params),
        inputs=[x, None if draw.boolean() else h],
        exact=nonlinearity == "relu",
    )


def special(draw: Draw) -> Case:
    """One NaN, in x, h or a parameter, under tanh. Nothing is zero: BLAS may skip what a zero multiplies."""
    config, shape, state = _structure(draw, "tanh")
    params = {name: draw.off_zero(size, 1 / 16) for name, size in shapes(one_layer(config)).items()}
    x, h = draw.off_zero(shape, 1 / 8), draw.off_zero(state, 1 / 8)
    array = draw.choice((x, h, *params.values()))
    if array.size:
        array.flat[draw.integer(0, min(array.size, 99) - 1)] = np.nan
    return draw.case(config=config, params=as_cell(params), inputs=[x, h])


def _structure(draw: Draw, nonlinearity: str) -> tuple[dict[str, Any], tuple[int, ...], tuple[int, ...]]:
    """The config, and the shapes of x and h."""
    input_size, hidden_size, batch = sizes(draw)
    config = {
        "input_size": input_size,
        "hidden_size": hidden_size,
        "bias": draw.boolean(),
        "nonlinearity": nonlinearity,
    }
    return config, (*batch, input_size), (*batch, hidden_size)


def _reject(
    name: str, x: tuple[int, ...] = (5, 3), h: tuple[int, ...] | None = None, nonlinearity: str = "tanh"
) -> Rejection:
    config = {"input_size": 3, "hidden_size": 2, "bias": True, "nonlinearity": nonlinearity}
    params = {
        name: (np.arange(np.prod(shape)).reshape(shape) - 1) / 4
        for name, shape in shapes(one_layer(config)).items()
    }
    inputs = tuple(
        None if shape is None else (np.arange(np.prod(shape)) % 7).reshape(shape) / 4 for shape in (x, h)
    )
    return Rejection(name=name, config=config, params=as_cell(params), inputs=inputs)


def _kink(name: str, x: float, output: float, dx: float, dh: float) -> Kink:
    """One relu unit: relu(2 x + 3 h + 1 - 1) at h = 0."""
    return Kink(
        name=name,
        config={"input_size": 1, "hidden_size": 1, "bias": True, "nonlinearity": "relu"},
        params={
            "weight_ih": np.array([[2.0]]),
            "weight_hh": np.array([[3.0]]),
            "bias_ih": np.array([1.0]),
            "bias_hh": np.array([-1.0]),
        },
        inputs=(np.array([x]), np.array([0.0])),
        output=np.array([output]),
        cotangent=np.array([5.0]),
        inputs_cotangents=(np.array([dx]), np.array([dh])),
    )


RNN_CELL = Operation(
    name="rnn_cell",
    profile="recurrent",
    cases=cases,
    special=special,
    inputs=("x", "h"),
    outputs=("h'",),
    rejects=(
        _reject("input of no dimension", x=()),
        _reject("input of three dimensions", x=(4, 5, 3)),
        _reject("too few features", x=(5, 2)),
        _reject("too many features", x=(5, 4)),
        _reject("too few features without a batch", x=(2,)),
        _reject("features first", x=(3, 5)),
        _reject("h of another batch", h=(4, 2)),
        _reject("h of one sample for a batch", h=(1, 2)),
        _reject("h of another width", h=(5, 3)),
        _reject("h with units first", h=(2, 5)),
        _reject("h without the batch", h=(2,)),
        _reject("h with a batch that x has not", x=(3,), h=(1, 2)),
        _reject("h of three dimensions", h=(1, 5, 2)),
        _reject("unknown nonlinearity", nonlinearity="sigmoid"),
    ),
    kinks=(
        _kink("relu_at_zero", 0.0, output=0.0, dx=0.0, dh=0.0),
        _kink("relu_at_nan", np.nan, output=np.nan, dx=10.0, dh=15.0),
    ),
    samples=rows,
    laws=(
        Law(check=hidden_units_permute),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=batch_adds_up),
        Law(check=unbatched_is_batch_of_one),
    ),
)
