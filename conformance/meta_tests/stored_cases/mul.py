"""mul: stored cases."""

from ._stored import stored, values

CASES = (
    stored("mul", {}, (values(2, 3), values(2, 3, salt=1)), (2, 3)),
    stored("mul", {}, (values(2, 3), values(3, salt=1)), (2, 3)),
    stored("mul", {}, (values(3, 1), values(2, 1, 4, salt=1)), (2, 3, 4)),
    stored("mul", {}, (values(), values(2, 2, salt=1)), (2, 2)),
)
