"""mul: cases that broadcast, special values and rejections."""

import numpy as np

from ..case import Case
from ..drawing import ANY, WEIGHTS, Draw
from ..law import Law
from ..laws.broadcast_is_expanded import broadcast_is_expanded
from ..laws.is_linear import is_linear
from ..laws.operands_commute import operands_commute
from ..operation import Operation
from ._broadcast import no_broadcast, operand_shapes


def cases(draw: Draw) -> Case:
    """Any shapes that broadcast; either operand may be the one that is huge or tiny."""
    input_shape, other_shape = operand_shapes(draw)
    reaches = (WEIGHTS, ANY) if draw.boolean() else (ANY, WEIGHTS)
    inputs = [draw.tensor(input_shape, reach=reaches[0]), draw.tensor(other_shape, reach=reaches[1])]
    return draw.case(config={}, inputs=inputs, exact=True)


def special(draw: Draw) -> Case:
    """NaN, infinities, zeros and subnormals on both sides; the largest numbers where no cotangent is summed.

    Whether a sum of products overflows depends on the order of its terms.
    """
    shapes = operand_shapes(draw)
    tiny = 3 * float(np.finfo(draw.dtype).smallest_subnormal)
    summed = (np.nan, np.inf, -np.inf, 0.0, -0.0, tiny, -tiny)
    table = None if shapes[0] == shapes[1] else summed
    return draw.case(config={}, inputs=[draw.sprinkled(draw.tensor(shape), table) for shape in shapes])


MUL = Operation(
    name="mul",
    profile="vision",
    inputs=("input", "other"),
    cases=cases,
    special=special,
    rejects=no_broadcast(),
    laws=(
        Law(check=operands_commute),
        Law(check=is_linear),
        Law(check=broadcast_is_expanded),
    ),
)
