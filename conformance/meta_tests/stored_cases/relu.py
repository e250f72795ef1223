"""relu: stored cases."""

from ._stored import stored, values

CASES = (
    stored("relu", {}, (values(3, 5),), (3, 5)),
    stored("relu", {}, (-values(),), ()),
)
