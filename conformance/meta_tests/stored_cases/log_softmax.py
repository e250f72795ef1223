"""log_softmax: stored cases."""

from ._stored import stored, values

CASES = (
    stored("log_softmax", {"dim": 1}, (values(3, 5),), (3, 5)),
    stored("log_softmax", {"dim": -3}, (4 * values(4, 2, 3),), (4, 2, 3)),
    stored("log_softmax", {"dim": 0}, (values(),), ()),
)
