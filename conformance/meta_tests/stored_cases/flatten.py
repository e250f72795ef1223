"""flatten: stored cases."""

from ._stored import stored, values

CASES = (
    stored("flatten", {"start_dim": 1, "end_dim": -1}, (values(2, 3, 4),), (2, 12)),
    stored("flatten", {"start_dim": 0, "end_dim": 1}, (values(2, 3, 4),), (6, 4)),
    stored("flatten", {"start_dim": -1, "end_dim": 2}, (values(2, 3, 4),), (2, 3, 4)),
    stored("flatten", {"start_dim": 0, "end_dim": 0}, (values(),), (1,)),
)
