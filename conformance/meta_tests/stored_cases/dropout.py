"""dropout: stored cases."""

from conformance.tree import Array

from ._stored import stored, values


def _kept(*shape: int) -> Array:
    kept: Array = values(*shape, salt=3) > 0
    return kept


CASES = (
    stored("dropout", {"p": 0.5, "training": True}, (values(3, 5), _kept(3, 5)), (3, 5)),
    stored("dropout", {"p": 0.1, "training": True}, (values(2, 2, 3), _kept(2, 2, 3)), (2, 2, 3)),
    stored("dropout", {"p": 0.0, "training": True}, (values(4), None), (4,)),
    stored("dropout", {"p": 0.3, "training": False}, (values(3, 5), None), (3, 5)),
)
