"""lstm_cell: cases, rejections and the claims of one step of a long short-term memory."""

from typing import Any

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.batch_adds_up import batch_adds_up
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Operation, Rejection, Samples
from ..tree import Array
from ._lstm_params import cell_shapes, gated
from ._recurrent_params import SEQUENCES
from ._windows import batch, large


def cases(draw: Draw) -> Case:
    """Every option."""
    config, shape, state = _structure(draw, large(draw, "input_size", "batch", "hidden_size"))
    params = gated(draw, cell_shapes(config))
    x = draw.tensor(shape, 1 / 4, SEQUENCES)
    h, c = draw.tensor(state, 1 / 8, SEQUENCES), draw.tensor(state, 1 / 4, SEQUENCES)
    from_zero = draw.integer(0, 2) == 2
    return draw.case(config=config, params=params, inputs=[x, *((None, None) if from_zero else (h, c))])


def special(draw: Draw) -> Case:
    """One NaN, in x, h, c or a parameter. Nothing is zero: BLAS may skip what a zero multiplies."""
    config, shape, state = _structure(draw, {})
    params = {name: draw.off_zero(size, 1 / 16) for name, size in cell_shapes(config).items()}
    x, h, c = draw.off_zero(shape, 1 / 8), draw.off_zero(state, 1 / 8), draw.off_zero(state, 1 / 8)
    array = draw.choice((x, h, c, *params.values()))
    if array.size:
        array.flat[draw.integer(0, array.size - 1)] = np.nan
    return draw.case(config=config, params=params, inputs=[x, h, c])


def _structure(draw: Draw, sizes: dict[str, int]) -> tuple[dict[str, Any], tuple[int, ...], tuple[int, ...]]:
    """The config, and the shapes of x and of the states; with one of `sizes`, all others are small."""
    some = (1, 2, 3) if sizes else (1, 2, 3, 4, 5, 2, 3, 8)
    input_size = sizes.get("input_size", draw.choice(some))
    hidden_size = draw.choice(some)
    if draw.integer(0, 3) == 3 and not sizes:
        hidden_size = input_size
    hidden_size = sizes.get("hidden_size", hidden_size)
    config = {"input_size": input_size, "hidden_size": hidden_size, "bias": draw.boolean()}
    samples = batch(draw)
    if "batch" in sizes:
        samples = (sizes["batch"],)
    return config, (*samples, input_size), (*samples, hidden_size)


def states(case: Case) -> Samples:
    """A batch comes first, in x and in the states."""
    x = case.inputs[0]
    assert x is not None
    return Samples(inputs=(0, 0, 0), outputs=(0, 0), batched=x.ndim == 2)


def _reject(
    name: str,
    x: tuple[int, ...] = (5, 3),
    h: tuple[int, ...] | None = (5, 2),
    c: tuple[int, ...] | None = (5, 2),
    **options: Any,
) -> Rejection:
    config = {"input_size": 3, "hidden_size": 2, "bias": True, **options}
    params = {
        key: (np.arange(np.prod(shape)).reshape(shape) - 1) / 4 for key, shape in cell_shapes(config).items()
    }
    inputs: tuple[Array | None, ...] = tuple(
        None if shape is None else (np.arange(np.prod(shape)) % 7).reshape(shape) / 4 for shape in (x, h, c)
    )
    return Rejection(name=name, config=config, params=params, inputs=inputs)


LSTM_CELL = Operation(
    name="lstm_cell",
    profile="recurrent",
    cases=cases,
    special=special,
    inputs=("x", "h", "c"),
    outputs=("h'", "c'"),
    rejects=(
        _reject("input of no dimension", x=(), h=None, c=None),
        _reject("input of three dimensions", x=(4, 5, 3), h=(4, 5, 2), c=(4, 5, 2)),
        _reject("too few features", x=(5, 2)),
        _reject("too many features", x=(5, 4), h=None, c=None),
        _reject("features first", x=(3, 5), h=None, c=None),
        _reject("h of another batch", h=(4, 2)),
        _reject("h of a batch of one", h=(1, 2)),
        _reject("c of another batch", c=(4, 2)),
        _reject("h of another width", h=(5, 3)),
        _reject("c of another width", c=(5, 3)),
        _reject("h without the batch", h=(2,), c=(2,)),
        _reject("h with a batch that x has not", x=(3,), h=(1, 2), c=(1, 2)),
        _reject("h without c", c=None),
        _reject("c without h", h=None),
        _reject("no units", hidden_size=0, h=(5, 0), c=(5, 0)),
        _reject("no features", input_size=0, x=(5, 0)),
    ),
    samples=states,
    laws=(
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=batch_adds_up),
        Law(check=unbatched_is_batch_of_one),
    ),
)
