"""What laws of attention ask about."""

from ..case import Case
from ..tree import Array


def attended(case: Case) -> tuple[Array, Array, Array, Array | None]:
    """Query, key, value and, where there is one, the mask."""
    query, key, value, mask = case.inputs
    assert query is not None and key is not None and value is not None
    return query, key, value, mask
