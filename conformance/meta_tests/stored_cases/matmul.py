"""matmul: stored cases."""

from ._stored import stored, values

CASES = (
    stored("matmul", {}, (values(2, 3), values(3, 4, salt=1)), (2, 4)),
    stored("matmul", {}, (values(3), values(3, salt=1)), ()),
    stored("matmul", {}, (values(3), values(2, 3, 2, salt=1)), (2, 2)),
    stored("matmul", {}, (values(2, 2, 3), values(3, salt=1)), (2, 2)),
    stored("matmul", {}, (values(2, 2, 3), values(3, 2, salt=1)), (2, 2, 2)),
    stored("matmul", {}, (values(2, 1, 2, 3), values(3, 3, 1, salt=1)), (2, 3, 2, 1)),
)
