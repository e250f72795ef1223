"""relu: cases off the kink, special values and the conventions at zero and NaN."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.is_homogeneous import is_homogeneous
from ..laws.splits_its_input import splits_its_input
from ..operation import Kink, Operation
from ._shapes import any_shape


def cases(draw: Draw) -> Case:
    """Any shape, at least half a step away from zero."""
    return draw.case(config={}, inputs=[draw.off_zero(any_shape(draw), 1.0, ANY, row=0)], exact=True)


def special(draw: Draw) -> Case:
    """Infinities, subnormals and the largest numbers; zeros and NaN are conventions, which `kinks` pins."""
    limits = np.finfo(draw.dtype)
    tiny, huge = 3 * float(limits.smallest_subnormal), float(limits.max)
    x = draw.off_zero(any_shape(draw))
    return draw.case(config={}, inputs=[draw.sprinkled(x, (np.inf, -np.inf, tiny, -tiny, huge, -huge))])


# Long enough for a vectorised loop and its remainder. No negative numbers: 0.0 and -0.0 are both their relu.
_NAN = np.array([1.5, np.nan, 2.0, np.nan, np.nan, 3.0, np.nan, 1.0, np.nan, 0.5, np.nan])

RELU = Operation(
    name="relu",
    profile="core",
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
            name="negative_zero",
            inputs=(np.array([-0.0, 1.0, -0.0, 2.0]),),
            output=np.array([-0.0, 1.0, -0.0, 2.0]),
            alternatives={"positive_zero": (np.array([0.0, 1.0, 0.0, 2.0]), None)},
        ),
        Kink(
            name="nan",
            inputs=(_NAN,),
            output=_NAN,
            cotangent=np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]),
            inputs_cotangents=(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]),),
            alternatives={
                "zero_derivative": (
                    _NAN,
                    (np.array([1.0, 0.0, 3.0, 0.0, 0.0, 6.0, 0.0, 8.0, 0.0, 10.0, 0.0]),),
                )
            },
        ),
    ),
    laws=(
        Law(check=is_homogeneous),
        Law(check=splits_its_input),
    ),
)
