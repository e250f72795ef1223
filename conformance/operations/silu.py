"""silu: cases from the middle to where the gate is shut or open, special values, and infinity's convention."""

import numpy as np

from ..case import Case
from ..drawing import UNITS, Draw
from ..law import Law
from ..laws.gate_splits_its_input import gate_splits_its_input
from ..operation import Kink, Operation
from ._shapes import any_shape


def cases(draw: Draw) -> Case:
    """Any shape, from the middle to where the gate is shut or open."""
    scale = draw.choice((0.25, 0.25, 1.0))
    return draw.case(config={}, inputs=[draw.tensor(any_shape(draw), scale, UNITS)])


def special(draw: Draw) -> Case:
    """NaN, zeros, subnormals, the largest numbers, and where the gate fades; infinities are conventions."""
    limits = np.finfo(draw.dtype)
    tiny, huge = 3 * float(limits.smallest_subnormal), float(limits.max)
    x = draw.tensor(any_shape(draw), 0.25)
    table = (
        (-20.0, 20.0, -50.0, 50.0, -80.0, 80.0)
        if draw.boolean()
        else (np.nan, 0.0, -0.0, tiny, -tiny, huge, -huge)
    )
    return draw.case(config={}, inputs=[draw.sprinkled(x, table)])


SILU = Operation(
    name="silu",
    profile="attention",
    cases=cases,
    special=special,
    kinks=(
        Kink(
            name="infinity",
            inputs=(np.array([np.inf, -np.inf]),),
            output=np.array([np.inf, np.nan]),
            cotangent=np.array([2.0, 3.0]),
            inputs_cotangents=(np.array([np.nan, np.nan]),),
            alternatives={"limit": (np.array([np.inf, -0.0]), (np.array([2.0, 0.0]),))},
        ),
    ),
    laws=(Law(check=gate_splits_its_input),),
)
