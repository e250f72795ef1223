"""log_softmax: cases along any dimension, scores large and non-finite, shift-invariance."""

from ..law import Law
from ..laws.batch_is_independent import batch_is_independent
from ..laws.exponentials_sum_to_one import exponentials_sum_to_one
from ..laws.scores_permute import scores_permute
from ..laws.shift_changes_nothing import shift_changes_nothing
from ..operation import Operation
from ._scores import REJECTS, cases, slices, special

LOG_SOFTMAX = Operation(
    name="log_softmax",
    profile="core",
    cases=cases,
    special=special,
    rejects=REJECTS,
    samples=slices,
    laws=(
        Law(check=shift_changes_nothing),
        Law(check=exponentials_sum_to_one),
        Law(check=scores_permute),
        Law(check=batch_is_independent),
    ),
)
