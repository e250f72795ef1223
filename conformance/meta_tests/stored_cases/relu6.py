"""relu6: stored cases."""

from ._stored import stored, values

CASES = (
    stored("relu6", {}, (8 * values(3, 5),), (3, 5)),
    stored("relu6", {}, (values(2, 2, 3),), (2, 2, 3)),
    stored("relu6", {}, (-values(),), ()),
)
