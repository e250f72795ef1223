"""gelu: stored cases."""

from ._stored import stored, values

CASES = (
    stored("gelu", {"approximate": "none"}, (values(3, 5),), (3, 5)),
    stored("gelu", {"approximate": "tanh"}, (values(3, 5),), (3, 5)),
    stored("gelu", {"approximate": "none"}, (2 * values(2, 2, 3),), (2, 2, 3)),
    stored("gelu", {"approximate": "tanh"}, (values(),), ()),
)
