"""hardswish: stored cases."""

from ._stored import stored, values

CASES = (
    stored("hardswish", {}, (values(3, 5),), (3, 5)),
    stored("hardswish", {}, (4 * values(2, 2, 3),), (2, 2, 3)),
    stored("hardswish", {}, (values(),), ()),
)
