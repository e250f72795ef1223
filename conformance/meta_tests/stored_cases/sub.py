"""sub: stored cases."""

from ._stored import stored, values

CASES = (
    stored("sub", {"alpha": 1}, (values(2, 3), values(2, 3, salt=1)), (2, 3)),
    stored("sub", {"alpha": 0.3}, (values(2, 3), values(3, salt=1)), (2, 3)),
    stored("sub", {"alpha": -2}, (values(3, 1), values(2, 1, 4, salt=1)), (2, 3, 4)),
    stored("sub", {"alpha": 2.0}, (values(), values(2, 2, salt=1)), (2, 2)),
    stored("sub", {"alpha": 0}, (values(), values(salt=1)), ()),
)
