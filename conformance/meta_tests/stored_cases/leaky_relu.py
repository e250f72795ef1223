"""leaky_relu: stored cases."""

from ._stored import stored, values

CASES = (
    stored("leaky_relu", {"negative_slope": 0.01}, (values(3, 5),), (3, 5)),
    stored("leaky_relu", {"negative_slope": -1.3}, (values(2, 2, 3),), (2, 2, 3)),
    stored("leaky_relu", {"negative_slope": 0.0}, (-values(),), ()),
)
