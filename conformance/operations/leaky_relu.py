"""leaky_relu: cases off the kink with slopes of any sign, special values and the conventions at zero and NaN."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.is_homogeneous import is_homogeneous
from ..operation import Kink, Operation, Rejection
from ._shapes import any_shape

SLOPES = (0.01, 0.25, -0.5, 0.2, 1.0, 0.0, 2.5, -1.3)

EXACT = (0.25, -0.5, 1.0, 0.0)
"""Slopes whose products with small halves are exact, and the quotients by their reciprocals."""


def cases(draw: Draw) -> Case:
    """Any shape, at least half a step away from zero; slopes small, large, negative, none."""
    slope = draw.choice(SLOPES)
    return draw.case(
        config={"negative_slope": slope},
        inputs=[draw.off_zero(any_shape(draw), 1.0, ANY, row=0)],
        exact=slope in EXACT,
    )


def special(draw: Draw) -> Case:
    """Infinities, subnormals and the largest numbers; zeros, NaN and -inf times 0 are conventions."""
    limits = np.finfo(draw.dtype)
    tiny, huge = 3 * float(limits.smallest_subnormal), float(limits.max)
    slope = draw.choice(tuple(slope for slope in SLOPES if slope))
    x = draw.off_zero(any_shape(draw))
    return draw.case(
        config={"negative_slope": slope},
        inputs=[draw.sprinkled(x, (np.inf, -np.inf, tiny, -tiny, huge, -huge))],
    )


def _rejected(name: str, slope: object) -> Rejection:
    return Rejection(
        name=name, config={"negative_slope": slope}, inputs=(np.arange(-3.0, 3.0).reshape(2, 3),)
    )


_NAN = np.array([1.5, np.nan, 2.0, np.nan, np.nan, 3.0, np.nan, 1.0, np.nan, 0.5, np.nan])

LEAKY_RELU = Operation(
    name="leaky_relu",
    profile="vision",
    cases=cases,
    special=special,
    rejects=(_rejected("no slope", None), _rejected("a slope that is a word", "small")),
    kinks=(
        Kink(
            name="zero",
            config={"negative_slope": 0.25},
            inputs=(np.array([0.0, 1.0, 0.0, -4.0]),),
            output=np.array([0.0, 1.0, 0.0, -1.0]),
            cotangent=np.array([2.0, 3.0, 5.0, 8.0]),
            inputs_cotangents=(np.array([0.5, 3.0, 1.25, 2.0]),),
            alternatives={
                "mean": (np.array([0.0, 1.0, 0.0, -1.0]), (np.array([1.25, 3.0, 3.125, 2.0]),)),
                "one": (np.array([0.0, 1.0, 0.0, -1.0]), (np.array([2.0, 3.0, 5.0, 2.0]),)),
            },
        ),
        Kink(
            name="nan",
            config={"negative_slope": 0.25},
            inputs=(_NAN,),
            output=_NAN,
            cotangent=np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]),
            inputs_cotangents=(np.array([1.0, 0.5, 3.0, 1.0, 1.25, 6.0, 1.75, 8.0, 2.25, 10.0, 2.75]),),
            alternatives={
                "one": (_NAN, (np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]),))
            },
        ),
        Kink(
            name="minus_infinity_times_zero",
            config={"negative_slope": 0.0},
            inputs=(np.array([-np.inf, 2.0, np.inf]),),
            output=np.array([np.nan, 2.0, np.inf]),
            cotangent=np.array([2.0, 3.0, 5.0]),
            inputs_cotangents=(np.array([0.0, 3.0, 5.0]),),
            alternatives={"limit": (np.array([0.0, 2.0, np.inf]), (np.array([0.0, 3.0, 5.0]),))},
        ),
    ),
    laws=(Law(check=is_homogeneous),),
)
