"""gelu: cases of both forms, special values, and infinity's convention."""

import numpy as np

from ..case import Case
from ..drawing import UNITS, Draw
from ..law import Law
from ..laws.gate_splits_its_input import gate_splits_its_input
from ..operation import Kink, Operation, Rejection
from ._shapes import any_shape

FORMS = ("none", "tanh")


def cases(draw: Draw) -> Case:
    """Any shape, from the middle to where the gate is shut or open."""
    scale = draw.choice((0.25, 0.25, 1.0))
    approximate = draw.choice(FORMS)
    return draw.case(config={"approximate": approximate}, inputs=[draw.tensor(any_shape(draw), scale, UNITS)])


def special(draw: Draw) -> Case:
    """NaN, zeros, subnormals, the largest numbers, and where the gate fades; infinities are conventions.

    The form with tanh is asked about 1e10 at most: beyond, the square of x times a derivative of zero is NaN or 0
    by where the square overflows. The other one is asked about a quarter of the largest number: above half of it
    PyTorch multiplies by 1 + erf before it halves, and overflows, on some processors only.
    """
    limits = np.finfo(draw.dtype)
    approximate = draw.choice(FORMS)
    tiny = 3 * float(limits.smallest_subnormal)
    huge = float(limits.max) / 4 if approximate == "none" else 1e10
    x = draw.tensor(any_shape(draw), 0.25)
    table = (
        (-3.0, 3.0, -5.0, 5.0, -9.0, 9.0, -40.0, 40.0)
        if draw.boolean()
        else (np.nan, 0.0, -0.0, tiny, -tiny, huge, -huge)
    )
    return draw.case(config={"approximate": approximate}, inputs=[draw.sprinkled(x, table)])


def _rejected(name: str, approximate: object) -> Rejection:
    return Rejection(name=name, config={"approximate": approximate}, inputs=(np.arange(6.0).reshape(2, 3),))


_LOWEST = Kink(
    name="infinity_none",
    config={"approximate": "none"},
    inputs=(np.array([-np.inf]),),
    output=np.array([np.nan]),
    cotangent=np.array([3.0]),
    inputs_cotangents=(np.array([np.nan]),),
    alternatives={"limit": (np.array([-0.0]), (np.array([0.0]),))},
)
"""inf is not asked about: on some processors PyTorch has NaN there in float32, on others inf."""

_INFINITIES = Kink(
    name="infinity_tanh",
    config={"approximate": "tanh"},
    inputs=(np.array([np.inf, -np.inf]),),
    output=np.array([np.inf, np.nan]),
    cotangent=np.array([2.0, 3.0]),
    inputs_cotangents=(np.array([np.nan, np.nan]),),
    alternatives={"limit": (np.array([np.inf, -0.0]), (np.array([2.0, 0.0]),))},
)


GELU = Operation(
    name="gelu",
    profile="attention",
    cases=cases,
    special=special,
    rejects=(
        _rejected("unknown form", "sigmoid"),
        _rejected("a form in capitals", "Tanh"),
        _rejected("no form", None),
        _rejected("a switch for a form", True),
        _rejected("the name of no form is empty", ""),
    ),
    kinks=(_LOWEST, _INFINITIES),
    laws=(Law(check=gate_splits_its_input),),
)
