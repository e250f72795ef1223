"""concat: stored cases."""

from ._stored import stored, values

CASES = (
    stored("concat", {"dim": 0}, (values(2), values(3, salt=1)), (5,)),
    stored("concat", {"dim": 1}, (values(2, 3), values(2, 1, salt=1), values(2, 2, salt=2)), (2, 6)),
    stored("concat", {"dim": -2}, (values(2, 1, 2), values(2, 3, 2, salt=1)), (2, 4, 2)),
    stored("concat", {"dim": -1}, (values(2, 3),), (2, 3)),
    stored("concat", {"dim": 1}, (values(0), values(2, 3)), (2, 3)),
)
