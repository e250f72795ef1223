"""mean: stored cases."""

from ._stored import stored, values

CASES = (
    stored("mean", {"dim": None, "keepdim": False}, (values(2, 3),), ()),
    stored("mean", {"dim": 1, "keepdim": False}, (values(2, 3, 4),), (2, 4)),
    stored("mean", {"dim": (-1, 0), "keepdim": True}, (values(2, 3, 4),), (1, 3, 1)),
    stored("mean", {"dim": (), "keepdim": True}, (values(2, 3),), (1, 1)),
    stored("mean", {"dim": -1, "keepdim": False}, (values(),), ()),
)
