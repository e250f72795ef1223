"""sigmoid: stored cases."""

from ._stored import stored, values

CASES = (
    stored("sigmoid", {}, (values(3, 5),), (3, 5)),
    stored("sigmoid", {}, (8 * values(2, 2, 3),), (2, 2, 3)),
)
