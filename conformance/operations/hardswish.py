"""hardswish: cases off both kinks, special values and the conventions at -3, 3, NaN and infinity."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.gate_splits_its_input import gate_splits_its_input
from ..operation import Kink, Operation
from ._shapes import any_shape


def cases(draw: Draw) -> Case:
    """Any shape; halves of whole steps never meet -3 or 3."""
    scale = 1.0 if draw.regime == "exact" else draw.choice((1.0, 4.0))
    return draw.case(config={}, inputs=[draw.off_zero(any_shape(draw), scale, ANY, row=0)])


def special(draw: Draw) -> Case:
    """Infinity, zeros, subnormals, large numbers of which six times are finite, neighbours of both kinks."""
    limits = np.finfo(draw.dtype)
    tiny, huge = 3 * float(limits.smallest_subnormal), float(limits.max) / 16
    near = 4 * float(limits.eps)
    table = (np.inf, 0.0, -0.0, tiny, -tiny, huge, -huge, 3 + near, 3 - near, -3 + near, -3 - near)
    return draw.case(config={}, inputs=[draw.sprinkled(draw.off_zero(any_shape(draw)), table)])


_NAN = np.array([1.5, np.nan, 3.5, np.nan, np.nan, 4.0, np.nan, 6.0, np.nan, 5.5, np.nan])
_NAN_OUT = np.array([1.125, np.nan, 3.5, np.nan, np.nan, 4.0, np.nan, 6.0, np.nan, 5.5, np.nan])

HARDSWISH = Operation(
    name="hardswish",
    profile="vision",
    cases=cases,
    special=special,
    kinks=(
        Kink(
            name="three",
            inputs=(np.array([3.0, 6.0, 3.0]),),
            output=np.array([3.0, 6.0, 3.0]),
            cotangent=np.array([2.0, 3.0, 4.0]),
            inputs_cotangents=(np.array([2.0, 3.0, 4.0]),),
            alternatives={
                "mean": (np.array([3.0, 6.0, 3.0]), (np.array([2.5, 3.0, 5.0]),)),
                "inner": (np.array([3.0, 6.0, 3.0]), (np.array([3.0, 3.0, 6.0]),)),
            },
        ),
        Kink(
            name="minus_three",
            inputs=(np.array([-3.0, 6.0, -3.0]),),
            # Zero, of a sign that nobody asks for: agreement judges it beside the kink.
            output=None,
            cotangent=np.array([2.0, 3.0, 4.0]),
            inputs_cotangents=(np.array([0.0, 3.0, 0.0]),),
            alternatives={
                "mean": (None, (np.array([-0.5, 3.0, -1.0]),)),
                "inner": (None, (np.array([-1.0, 3.0, -2.0]),)),
            },
        ),
        # Its derivative depends on the length of the array, in PyTorch itself.
        Kink(name="nan", inputs=(_NAN,), output=_NAN_OUT),
        Kink(
            name="minus_infinity",
            inputs=(np.array([-np.inf, 6.0]),),
            output=np.array([np.nan, 6.0]),
            cotangent=np.array([2.0, 3.0]),
            inputs_cotangents=(np.array([0.0, 3.0]),),
            alternatives={"limit": (np.array([-0.0, 6.0]), (np.array([0.0, 3.0]),))},
        ),
    ),
    laws=(Law(check=gate_splits_its_input),),
)
