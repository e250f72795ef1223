"""adam: cases and rejections."""

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.ten_steps import ten_steps
from ..operation import Operation
from ._adam import PLAIN, adams_case, adams_rejections


def cases(draw: Draw) -> Case:
    """All options, with coupled weight decay and decoupled."""
    return adams_case(draw, switched=True)


ADAM = Operation(
    name="adam",
    profile="optimizers",
    inputs=("gradients", "state"),
    outputs=(),
    differentiable=False,
    cases=cases,
    rejects=adams_rejections({**PLAIN, "decoupled_weight_decay": False}),
    laws=(Law(check=ten_steps, one_in=4),),
)
