"""gru: cases, rejections and the claims of a network of gated recurrent units."""

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
from ..operation import Operation, Rejection, Samples
from ..tree import Array
from ._between_layers import all_kept, mask, mask_rejections, mode, rate
from ._gru_params import gated, gated_shapes
from ._recurrent_params import SEQUENCES, cells
from ._windows import large

LONG = 64
"""Steps of a long sequence."""


def cases(draw: Draw) -> Case:
    """Every option; states are of order 1 and beyond, so that both ends of the update gate show."""
    config, shape, state = _structure(draw, large(draw, "input_size", "batch", "steps"))
    params = gated(draw, config)
    x, h_0 = draw.tensor(shape, 1 / 4, SEQUENCES), draw.tensor(state, 1 / 4, SEQUENCES)
    inputs = [x, None if draw.boolean() else h_0, mask(draw, config, shape)]
    return draw.case(config=config, params=params, inputs=inputs)


def special(draw: Draw) -> Case:
    """One NaN, in x, h_0 or a parameter. Nothing is zero: BLAS may skip what a zero multiplies."""
    config, shape, state = _structure(draw, {})
    params = {name: draw.off_zero(size, 1 / 16) for name, size in gated_shapes(config).items()}
    x, h_0 = draw.off_zero(shape, 1 / 8), draw.off_zero(state, 1 / 8)
    array = draw.choice((x, h_0, *params.values()))
    if array.size:
        array.flat[draw.integer(0, array.size - 1)] = np.nan
    return draw.case(config=config, params=params, inputs=[x, h_0, all_kept(config, shape)])


def _structure(draw: Draw, sizes: dict[str, int]) -> tuple[dict[str, Any], tuple[int, ...], tuple[int, ...]]:
    """The config, and the shapes of x and h_0; with one of `sizes`, all others are small."""
    some = (1, 2, 3) if sizes else (1, 2, 3, 4, 5, 2, 3, 8)
    input_size = sizes.get("input_size", draw.choice(some))
    hidden_size = draw.choice(some)
    if draw.integer(0, 3) == 3 and "input_size" not in sizes:
        hidden_size = input_size
    config = {
        "input_size": input_size,
        "hidden_size": hidden_size,
        "num_layers": draw.integer(1, 2 if sizes else 3),
        "bias": draw.boolean(),
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
        "bias": True,
        "batch_first": False,
        "dropout": 0.0,
        "bidirectional": False,
        "training": True,
        **options,
    }
    params = {
        name: (np.arange(np.prod(shape)).reshape(shape) - 1) / 4
        for name, shape in gated_shapes(config).items()
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


GRU = Operation(
    name="gru",
    profile="recurrent",
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
        _reject("h_0 as wide as all gates", h_0=(1, 5, 6)),
        _reject("no layers", num_layers=0),
        _reject("no units", hidden_size=0),
        _reject("negative dropout", dropout=-0.5),
        _reject("dropout above 1", dropout=1.5),
        *mask_rejections(_reject),
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
