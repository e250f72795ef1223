"""sub: cases that broadcast, special values and rejections."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.alpha_scales_other import alpha_scales_other
from ..laws.broadcast_is_expanded import broadcast_is_expanded
from ..laws.difference_is_odd import difference_is_odd
from ..operation import Operation, Rejection
from ._broadcast import ALPHAS, is_dyadic, no_broadcast, operand_shapes


def cases(draw: Draw) -> Case:
    """Any shapes that broadcast, and a factor: none, an integer, one that fills the significand."""
    input_shape, other_shape = operand_shapes(draw)
    alpha = draw.choice(ALPHAS)
    return draw.case(
        config={"alpha": alpha},
        inputs=[draw.tensor(input_shape, reach=ANY), draw.tensor(other_shape, reach=ANY)],
        exact=is_dyadic(alpha),
    )


def special(draw: Draw) -> Case:
    """NaN, infinities and zeros; subnormals where the factor makes no fractions of them.

    Whether a multiple of the largest number overflows before it is subtracted is nobody's to judge.
    """
    input_shape, other_shape = operand_shapes(draw)
    alpha = draw.choice(ALPHAS)
    tiny = 3 * float(np.finfo(draw.dtype).smallest_subnormal)
    table = (np.nan, np.inf, -np.inf, 0.0, -0.0, *((tiny, -tiny) if float(alpha).is_integer() else ()))
    return draw.case(
        config={"alpha": alpha},
        inputs=[
            draw.sprinkled(draw.tensor(input_shape), table),
            draw.sprinkled(draw.tensor(other_shape), table),
        ],
    )


SUB = Operation(
    name="sub",
    profile="vision",
    inputs=("input", "other"),
    cases=cases,
    special=special,
    rejects=(
        *no_broadcast(alpha=1),
        Rejection(name="alpha a boolean", config={"alpha": True}, inputs=(np.ones(2), np.ones(2))),
        Rejection(name="alpha false", config={"alpha": False}, inputs=(np.ones(2), np.ones(2))),
    ),
    laws=(
        Law(check=difference_is_odd),
        Law(check=alpha_scales_other),
        Law(check=broadcast_is_expanded),
    ),
)
