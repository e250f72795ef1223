"""tanh: cases and special values."""

from ..case import Case
from ..drawing import UNITS, Draw
from ..law import Law
from ..laws.is_odd import is_odd
from ..operation import Operation
from ._shapes import any_shape


def cases(draw: Draw) -> Case:
    """Any shape, from the steep middle to where the function saturates."""
    scale = draw.choice((0.25, 0.25, 0.25, 1.0))
    return draw.case(config={}, inputs=[draw.tensor(any_shape(draw), scale, UNITS)])


def special(draw: Draw) -> Case:
    """NaN, infinities, zeros, subnormals and the largest numbers, which saturate."""
    return draw.case(config={}, inputs=[draw.sprinkled(draw.tensor(any_shape(draw), 0.25))])


TANH = Operation(name="tanh", profile="core", cases=cases, special=special, laws=(Law(check=is_odd),))
