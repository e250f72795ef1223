"""rnn: cases, rejections and the claims of a recurrent network."""

from typing import Any

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.batch_adds_up import batch_adds_up
from ..laws.batch_first_is_transposed import batch_first_is_transposed
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.bidirectional_is_two_networks import bidirectional_is_two_networks
from ..laws.dropped_units_are_cut import dropped_units_are_cut
from ..laws.hidden_units_permute import hidden_units_permute
from ..laws.split_sequence_carries_state import split_sequence_carries_state
from ..laws.stacked_is_composed import stacked_is_composed
from ..laws.time_reversal_swaps_directions import time_reversal_swaps_directions
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Kink, Operation, Rejection, Samples
from ..tree import Array
from ._between_layers import all_kept, mask, mask_rejections, mode, rate, whole
from ._recurrent_params import (
    SEQUENCES,
    SIGNIFICAND,
    cells,
    generic,
    largest_sum,
    lattice,
    one_sign,
    shapes,
)
from ._windows import large

LONG = 64
"""Steps of a long sequence."""


def cases(draw: Draw) -> Case:
    """Every option. With relu, no sum that feeds it is near zero: see `lattice` and `one_sign`."""
    nonlinearity = draw.choice(("tanh", "relu"))
    config, shape, state = _structure(draw, nonlinearity, large(draw, "input_size", "batch", "steps"))
    steps = shape[-2] if config["batch_first"] else shape[0]
    if nonlinearity == "tanh":
        params = generic(draw, config)
        x, h_0 = draw.tensor(shape, 1 / 4, SEQUENCES), draw.tensor(state, 1 / 8, SEQUENCES)
    elif draw.regime == "exact" and config["bias"] and largest_sum(config, steps) < SIGNIFICAND:
        config["dropout"] = whole(config["dropout"])
        params = lattice(draw, config)
        x, h_0 = draw.tensor(shape), draw.tensor(state)
    else:
        if not config["bias"]:
            config["dropout"] = min(config["dropout"], 0.9)  # where all is dropped, nothing would feed a unit
        # The states of a long sequence, or of many units, grow with every step.
        params = one_sign(draw, config, 1 / 16 if steps * config["hidden_size"] < 16 else 1 / 128)
        x, h_0 = (np.abs(draw.off_zero(size, 1.0, SEQUENCES)) for size in (shape, state))
    inputs = [x, None if draw.boolean() else h_0, mask(draw, config, shape)]
    if nonlinearity == "relu" and inputs[2] is not None:
        inputs[2][..., 0] = True  # the unit that is positive, on which `one_sign` relies
    return draw.case(config=config, params=params, inputs=inputs)


def special(draw: Draw) -> Case:
    """One NaN, in x, h_0 or a parameter, under tanh. Nothing is zero: BLAS may skip what a zero multiplies."""
    config, shape, state = _structure(draw, "tanh", {})
    params = {name: draw.off_zero(size, 1 / 16) for name, size in shapes(config).items()}
    x, h_0 = draw.off_zero(shape, 1 / 8), draw.off_zero(state, 1 / 8)
    array = draw.choice((x, h_0, *params.values()))
    if array.size:
        array.flat[draw.integer(0, array.size - 1)] = np.nan
    return draw.case(config=config, params=params, inputs=[x, h_0, all_kept(config, shape)])


def _structure(
    draw: Draw, nonlinearity: str, sizes: dict[str, int]
) -> tuple[dict[str, Any], tuple[int, ...], tuple[int, ...]]:
    """The config, and the shapes of x and h_0; with one of `sizes`, all others are small."""
    bias = draw.boolean()
    # So that the sums of a lattice stay small; and so that what is large elsewhere stays cheap.
    small = bool(sizes) or (nonlinearity == "relu" and bias and draw.regime == "exact")
    some = (1, 2, 3) if small else (1, 2, 3, 4, 5, 2, 3, 8)
    input_size = sizes.get("input_size", draw.choice(some))
    hidden_size = draw.choice(some)
    if draw.integer(0, 3) == 3 and "input_size" not in sizes:
        hidden_size = input_size
    config = {
        "input_size": input_size,
        "hidden_size": hidden_size,
        "num_layers": draw.integer(1, 2 if sizes else 3),
        "nonlinearity": nonlinearity,
        "bias": bias,
        "batch_first": draw.boolean(),
        "dropout": rate(draw),
        "bidirectional": draw.boolean(),
        "training": mode(draw),
    }
    steps, batch = draw.choice(some), () if draw.integer(0, 3) == 3 else (draw.size(3),)
    if "steps" in sizes:
        steps = LONG
    if "batch" in sizes:
        batch = (sizes["batch"],)
    shape = (*batch, steps, input_size) if config["batch_first"] else (steps, *batch, input_size)
    return config, shape, (len(cells(config)), *batch, hidden_size)


def sequences(case: Case) -> Samples:
    """A batch comes second, in states always, in sequences unless batch_first; a mask has sequences of layers."""
    x = case.inputs[0]
    assert x is not None
    axis = 0 if case.config["batch_first"] else 1
    return Samples(inputs=(axis, 1, axis + 1), outputs=(axis, 1), batched=x.ndim == 3)


def _network(**options: Any) -> tuple[dict[str, Any], dict[str, Array]]:
    """Config and params of a small network, 3 features into 2 units, changed by `options`."""
    config = {
        "input_size": 3,
        "hidden_size": 2,
        "num_layers": 1,
        "nonlinearity": "tanh",
        "bias": True,
        "batch_first": False,
        "dropout": 0.0,
        "bidirectional": False,
        "training": True,
        **options,
    }
    params = {
        name: (np.arange(np.prod(shape)).reshape(shape) - 1) / 4 for name, shape in shapes(config).items()
    }
    return config, params


def _reject(
    name: str,
    x: tuple[int, ...] = (4, 5, 3),
    h_0: tuple[int, ...] | None = None,
    mask: Array | None = None,
    **options: Any,
) -> Rejection:
    config, params = _network(**options)
    inputs: tuple[Array | None, ...] = tuple(
        None if shape is None else (np.arange(np.prod(shape)) % 7).reshape(shape) / 4 for shape in (x, h_0)
    )
    return Rejection(name=name, config=config, params=params, inputs=(*inputs, mask))


def _kink(name: str, first: float, output: tuple[float, float], x: tuple[float, float], h_0: float) -> Kink:
    """One relu unit over two steps: h[t] = relu(2 x[t] + 3 h[t - 1] + 1 - 1) from x = (first, 1), h_0 = 0."""
    config, _ = _network(input_size=1, hidden_size=1, nonlinearity="relu")
    return Kink(
        name=name,
        config=config,
        params={
            "weight_ih_l0": np.array([[2.0]]),
            "weight_hh_l0": np.array([[3.0]]),
            "bias_ih_l0": np.array([1.0]),
            "bias_hh_l0": np.array([-1.0]),
        },
        inputs=(np.array([[first], [1.0]]), np.array([[0.0]]), None),
        output=(np.array(output).reshape(2, 1), np.array([output[1:]])),
        cotangent=(np.array([[5.0], [7.0]]), np.array([[11.0]])),
        inputs_cotangents=(np.array(x).reshape(2, 1), np.array([[h_0]]), None),
    )


RNN = Operation(
    name="rnn",
    profile="core",
    cases=cases,
    special=special,
    inputs=("x", "h_0", "mask"),
    outputs=("output", "h_n"),
    rejects=(
        _reject("input of one dimension", x=(3,)),
        _reject("input of four dimensions", x=(2, 4, 5, 3)),
        _reject("too few features", x=(4, 5, 2)),
        _reject("too many features", x=(4, 4)),
        _reject("features first", x=(3, 4, 5), batch_first=True),
        _reject("no time steps", x=(0, 5, 3)),
        _reject("no time steps, batch first", x=(5, 0, 3), batch_first=True),
        _reject("h_0 of too few cells", h_0=(1, 5, 2), bidirectional=True),
        _reject("h_0 of too many cells", h_0=(2, 5, 2)),
        _reject("h_0 of another batch", h_0=(1, 4, 2)),
        _reject("h_0 of another width", h_0=(1, 5, 3)),
        _reject("h_0 with the batch first", h_0=(4, 1, 2), batch_first=True),
        _reject("h_0 without the batch", h_0=(1, 2)),
        _reject("h_0 with a batch that x has not", x=(4, 3), h_0=(1, 1, 2)),
        _reject("unknown nonlinearity", nonlinearity="sigmoid"),
        _reject("no layers", num_layers=0),
        _reject("no units", hidden_size=0),
        _reject("negative dropout", dropout=-0.5),
        _reject("dropout above 1", dropout=1.5),
        *mask_rejections(_reject),
    ),
    kinks=(
        _kink("relu_at_zero", 0.0, output=(0.0, 2.0), x=(0.0, 36.0), h_0=0.0),
        _kink("relu_at_nan", np.nan, output=(np.nan, np.nan), x=(118.0, 36.0), h_0=177.0),
    ),
    samples=sequences,
    laws=(
        Law(check=bidirectional_is_two_networks),
        Law(check=stacked_is_composed),
        Law(check=dropped_units_are_cut),
        Law(check=split_sequence_carries_state),
        Law(check=hidden_units_permute),
        Law(check=time_reversal_swaps_directions),
        Law(check=batch_first_is_transposed),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=batch_adds_up),
        Law(check=unbatched_is_batch_of_one),
    ),
)
