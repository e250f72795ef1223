"""gru_cell: cases, rejections and the claims of one gated step."""

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
from ..operation import Operation, Rejection
from ._cell_params import as_cell, one_layer, rows, sizes
from ._gru_params import gated, gated_shapes
from ._recurrent_params import SEQUENCES


def cases(draw: Draw) -> Case:
    """Every option; states are of order 1 and beyond, so that both ends of the update gate show."""
    config, shape, state = _structure(draw)
    params = as_cell(gated(draw, one_layer(config)))
    x, h = draw.tensor(shape, 1 / 4, SEQUENCES), draw.tensor(state, 1 / 4, SEQUENCES)
    return draw.case(config=config, params=params, inputs=[x, None if draw.boolean() else h])


def special(draw: Draw) -> Case:
    """One NaN, in x, h or a parameter. Nothing is zero: BLAS may skip what a zero multiplies."""
    config, shape, state = _structure(draw)
    params = {name: draw.off_zero(size, 1 / 16) for name, size in gated_shapes(one_layer(config)).items()}
    x, h = draw.off_zero(shape, 1 / 8), draw.off_zero(state, 1 / 8)
    array = draw.choice((x, h, *params.values()))
    if array.size:
        array.flat[draw.integer(0, min(array.size, 99) - 1)] = np.nan
    return draw.case(config=config, params=as_cell(params), inputs=[x, h])


def _structure(draw: Draw) -> tuple[dict[str, Any], tuple[int, ...], tuple[int, ...]]:
    """The config, and the shapes of x and h."""
    input_size, hidden_size, batch = sizes(draw)
    config = {"input_size": input_size, "hidden_size": hidden_size, "bias": draw.boolean()}
    return config, (*batch, input_size), (*batch, hidden_size)


def _reject(name: str, x: tuple[int, ...] = (5, 3), h: tuple[int, ...] | None = None) -> Rejection:
    config = {"input_size": 3, "hidden_size": 2, "bias": True}
    params = {
        name: (np.arange(np.prod(shape)).reshape(shape) - 1) / 4
        for name, shape in gated_shapes(one_layer(config)).items()
    }
    inputs = tuple(
        None if shape is None else (np.arange(np.prod(shape)) % 7).reshape(shape) / 4 for shape in (x, h)
    )
    return Rejection(name=name, config=config, params=as_cell(params), inputs=inputs)


GRU_CELL = Operation(
    name="gru_cell",
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
        _reject("h as wide as all gates", h=(5, 6)),
        _reject("h with units first", h=(2, 5)),
        _reject("h without the batch", h=(2,)),
        _reject("h with a batch that x has not", x=(3,), h=(1, 2)),
        _reject("h of three dimensions", h=(1, 5, 2)),
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
