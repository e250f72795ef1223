"""silu: stored cases."""

from ._stored import stored, values

CASES = (
    stored("silu", {}, (values(3, 5),), (3, 5)),
    stored("silu", {}, (4 * values(2, 2, 3),), (2, 2, 3)),
    stored("silu", {}, (values(),), ()),
)
