"""relu6: cases off both kinks, special values and the conventions at 0, 6 and NaN."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.clipping_twice_is_clipping import clipping_twice_is_clipping
from ..operation import Kink, Operation
from ._shapes import any_shape


def cases(draw: Draw) -> Case:
    """Any shape, half a step away from zero; halves of whole steps never meet 6."""
    scale = 1.0 if draw.regime == "exact" else draw.choice((4.0, 1.0))
    return draw.case(config={}, inputs=[draw.off_zero(any_shape(draw), scale, ANY, row=0)], exact=True)


def special(draw: Draw) -> Case:
    """Infinities, subnormals, the largest numbers and the neighbours of 6; zeros and NaN are conventions."""
    limits = np.finfo(draw.dtype)
    tiny, huge = 3 * float(limits.smallest_subnormal), float(limits.max)
    below, above = 6 - 4 * float(limits.eps), 6 + 4 * float(limits.eps)
    x = draw.off_zero(any_shape(draw))
    return draw.case(
        config={}, inputs=[draw.sprinkled(x, (np.inf, -np.inf, tiny, -tiny, below, above, huge, -huge))]
    )


_NAN = np.array([1.5, np.nan, 7.0, np.nan, np.nan, 3.0, np.nan, 1.0, np.nan, 0.5, np.nan])
_NAN_CAPPED = np.array([1.5, np.nan, 6.0, np.nan, np.nan, 3.0, np.nan, 1.0, np.nan, 0.5, np.nan])

RELU6 = Operation(
    name="relu6",
    profile="vision",
    cases=cases,
    special=special,
    kinks=(
        Kink(
            name="zero",
            inputs=(np.array([0.0, 1.0, 0.0]),),
            output=np.array([0.0, 1.0, 0.0]),
            cotangent=np.array([2.0, 3.0, 5.0]),
            inputs_cotangents=(np.array([0.0, 3.0, 0.0]),),
            alternatives={
                "half": (np.array([0.0, 1.0, 0.0]), (np.array([1.0, 3.0, 2.5]),)),
                "one": (np.array([0.0, 1.0, 0.0]), (np.array([2.0, 3.0, 5.0]),)),
            },
        ),
        Kink(
            name="six",
            inputs=(np.array([6.0, 1.0, 6.0]),),
            output=np.array([6.0, 1.0, 6.0]),
            cotangent=np.array([2.0, 3.0, 5.0]),
            inputs_cotangents=(np.array([0.0, 3.0, 0.0]),),
            alternatives={
                "half": (np.array([6.0, 1.0, 6.0]), (np.array([1.0, 3.0, 2.5]),)),
                "one": (np.array([6.0, 1.0, 6.0]), (np.array([2.0, 3.0, 5.0]),)),
            },
        ),
        Kink(
            name="negative_zero",
            inputs=(np.array([-0.0, 1.0, -0.0, 2.0]),),
            output=np.array([-0.0, 1.0, -0.0, 2.0]),
            alternatives={"positive_zero": (np.array([0.0, 1.0, 0.0, 2.0]), None)},
        ),
        # Its derivative depends on the length of the array, in PyTorch itself.
        Kink(name="nan", inputs=(_NAN,), output=_NAN_CAPPED),
    ),
    laws=(Law(check=clipping_twice_is_clipping),),
)
