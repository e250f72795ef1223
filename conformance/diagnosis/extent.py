"""Which part of an array is wrong: half, border, first or last entry."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from .sights import Sight

Region = Callable[[int], slice | None]
"""The places along an axis of a given size; None where the axis is too short to tell."""

REGIONS: Mapping[str, Region] = {
    "in the first entry": lambda n: slice(0, 1) if n > 1 else None,
    "in the last entry": lambda n: slice(n - 1, n) if n > 1 else None,
    "in the first half": lambda n: slice(0, n // 2) if n > 1 and n % 2 == 0 else None,
    "in the second half": lambda n: slice(n // 2, n) if n > 1 and n % 2 == 0 else None,
    "behind the first entry": lambda n: slice(1, n) if n > 1 else None,
    "before the last entry": lambda n: slice(0, n - 1) if n > 1 else None,
}


def extent(wrong: Sequence[Sight]) -> tuple[str, list[Sight]]:
    """Where the wrong elements are in words, and the wrong blocks where they make up a part."""
    ndim = max(sight.expected.ndim for sight in wrong)
    for words, region in REGIONS.items():
        for axis in [*range(ndim), *range(-ndim, 0)]:
            blocks = _blocks(wrong, axis, region)
            if blocks is not None:
                return f"{words} along axis {axis}", blocks
    if all(_on_border(sight) for sight in wrong) and any(
        min(sight.expected.shape[-2:]) > 2 for sight in wrong
    ):
        return "on the border of the plane", []
    counts = sum(int(sight.wrong.sum()) for sight in wrong), sum(sight.wrong.size for sight in wrong)
    return "everywhere" if counts[0] == counts[1] else f"in {counts[0]} of {counts[1]} elements", []


def _blocks(wrong: Sequence[Sight], axis: int, region: Region) -> list[Sight] | None:
    found = []
    for sight in wrong:
        if not -sight.expected.ndim <= axis < sight.expected.ndim:
            return None
        span = region(sight.expected.shape[axis])
        if span is None:
            continue
        where = [slice(None)] * sight.expected.ndim
        where[axis] = span
        outside = sight.wrong.copy()
        outside[tuple(where)] = False
        if outside.any():
            return None
        found.append(sight.within(tuple(where)))
    return found if len(found) >= 2 and 2 * len(found) >= len(wrong) else None


def _on_border(sight: Sight) -> bool:
    if sight.expected.ndim < 2:
        return False
    return not bool(np.any(sight.wrong[..., 1:-1, 1:-1]))
