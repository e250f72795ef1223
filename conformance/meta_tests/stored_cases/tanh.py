"""tanh: stored cases."""

from ._stored import stored, values

CASES = (
    stored("tanh", {}, (values(3, 5),), (3, 5)),
    stored("tanh", {}, (4 * values(2, 2, 3),), (2, 2, 3)),
)
