"""log_softmax: cases along any dimension, scores large and non-finite, shift-invariance."""

from ..law import Law
from ..operation import Operation
from ._scores import REJECTS, cases, shift_changes_nothing, special

LOG_SOFTMAX = Operation(
    name="log_softmax",
    profile="core",
    cases=cases,
    special=special,
    rejects=REJECTS,
    laws=(Law(check=shift_changes_nothing),),
)
