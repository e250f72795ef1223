"""sigmoid: cases and special values."""

from ..case import Case
from ..drawing import UNITS, Draw
from ..law import Law
from ..laws.complement_is_mirrored import complement_is_mirrored
from ..operation import Operation
from ._shapes import any_shape


def cases(draw: Draw) -> Case:
    """Any shape, from the steep middle to where the function saturates."""
    scale = draw.choice((0.25, 0.25, 1.0))
    return draw.case(config={}, inputs=[draw.tensor(any_shape(draw), scale, UNITS)])


def special(draw: Draw) -> Case:
    """NaN, infinities, zeros, subnormals and the largest numbers; where it fades, and where it has saturated."""
    scores = draw.tensor(any_shape(draw), 0.25)
    if draw.boolean():
        return draw.case(config={}, inputs=[draw.sprinkled(scores, (-30.0, 30.0, -50.0, 50.0, -80.0, 80.0))])
    return draw.case(config={}, inputs=[draw.sprinkled(scores)])


SIGMOID = Operation(
    name="sigmoid", profile="core", cases=cases, special=special, laws=(Law(check=complement_is_mirrored),)
)
