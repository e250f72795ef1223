"""local_response_norm: cases, what is not finite, and rejections."""

import math

import numpy as np

from ..case import Case
from ..drawing import Draw, Reach
from ..law import Law
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.positions_permute import positions_permute
from ..laws.scale_moves_into_alpha import scale_moves_into_alpha
from ..operation import Kink, Operation, Rejection, Samples
from ._windows import large

SQUARED = Reach(
    rows=((1.0, 0.0), (10.0, 0.0), (0.1, 0.0), (100.0, 0.0), (1e-3, 0.0), (1.0, 30.0), (0.0, 7.3)),
    whole=((1.0, 100.0), (1e4, 0.0), (1e-4, 0.0), (1e-30, 0.0), (1.0, -1e3)),
)
"""For what is squared and raised to a power: neither overflows in float32."""


def cases(draw: Draw) -> Case:
    """Windows narrower and wider than the channels, of either parity; three dimensions to five."""
    config = {
        "size": draw.choice((2, 3, 4, 1, 5, 6, 2, 3, 9)),
        "alpha": draw.choice((1.0, 0.5, 3.0, 1e-2, 1e-4)),
        "beta": draw.choice((0.75, 1.0, 0.5, 2.0, 0.3, 0.0)),
        "k": draw.choice((1.0, 2.0, 0.5, 0.1)),
    }
    return draw.case(config=config, inputs=[draw.tensor(_shape(draw), reach=SQUARED)])


def special(draw: Draw) -> Case:
    """NaN, zeros of either sign and subnormals.

    No infinities: whether the pullback then multiplies one by zero is a matter of formula.
    """
    case = cases(draw)
    (x,) = case.inputs
    assert x is not None
    tiny = float(np.finfo(draw.dtype).smallest_subnormal) * 3
    return case.with_inputs(draw.sprinkled(x, (math.nan, -0.0, 0.0, tiny, -tiny)))


def samples(case: Case) -> Samples:
    """A batch, always."""
    return Samples(inputs=(0,), outputs=(0,))


def _shape(draw: Draw) -> tuple[int, ...]:
    """Mostly more channels than a small window has."""
    sizes = large(draw, "batch", "channels", "positions")
    if sizes:
        return sizes.get("batch", 1), sizes.get("channels", 2), sizes.get("positions", 2)
    batch, channels = draw.size(3), draw.choice((4, 3, 5, 7, 2, 6, 1))
    return batch, channels, *(draw.integer(1, 3) for _ in range(draw.choice((1, 2, 3))))


def _config(size: int = 2) -> dict[str, float]:
    return {"size": size, "alpha": 1.0, "beta": 0.75, "k": 1.0}


def _reject(name: str, x: tuple[int, ...] = (2, 3, 4), size: int = 2) -> Rejection:
    array = np.arange(np.prod(x), dtype=np.float64).reshape(x)
    return Rejection(name=name, config=_config(size), inputs=(array,))


LOCAL_RESPONSE_NORM = Operation(
    name="local_response_norm",
    profile="vision",
    cases=cases,
    special=special,
    rejects=(
        _reject("no dimension", ()),
        _reject("one dimension", (3,)),
        _reject("no positions' dimension", (2, 3)),
        _reject("two dimensions without an element", (2, 0)),
        _reject("window of no channels", size=0),
        _reject("negative window", size=-1),
        _reject("window of no channels, planes", (2, 3, 4, 5), size=0),
    ),
    kinks=(
        Kink(
            name="nothing_to_divide_by",
            config={"size": 2, "alpha": 1.0, "beta": 1.0, "k": 0.0},
            inputs=(np.array([[[0.0], [2.0], [2.0]]]),),
            output=np.array([[[np.nan], [1.0], [0.5]]]),
        ),
        Kink(
            name="power_of_a_negative_number",
            config={"size": 1, "alpha": -1.0, "beta": 0.5, "k": 1.0},
            inputs=(np.array([[[2.0], [0.0]]]),),
            output=np.array([[[np.nan], [0.0]]]),
        ),
    ),
    samples=samples,
    laws=(
        Law(check=scale_moves_into_alpha),
        Law(check=positions_permute),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
    ),
)
