"""A wrong array whose entries along an axis are the right ones in another order."""

from collections.abc import Sequence

import numpy as np

from .sights import Sight

MOST = 12
"""Entries along an axis up to which an order is looked for."""


def permutation(wrong: Sequence[Sight]) -> str | None:
    """`has its entries along axis 0 in another order`, with the order in the first case that has it."""
    ndim = max(sight.expected.ndim for sight in wrong)
    for axis in [*range(ndim), *range(-ndim, 0)]:
        able = [sight for sight in wrong if -sight.expected.ndim <= axis < sight.expected.ndim]
        able = [sight for sight in able if 2 <= sight.expected.shape[axis] <= MOST]
        if len(able) < 2 or 2 * len(able) < len(wrong):
            continue
        orders = []
        for sight in able:
            order = _order(sight, axis)
            if order is None:
                break
            orders.append(order)
        else:
            longest = max(orders, key=len)
            return f"has its entries along axis {axis} in another order: {', '.join(map(str, longest))}"
    return None


def _order(sight: Sight, axis: int) -> list[int] | None:
    """Which right entry stands in each place; None where there is no such order, or it is the right one."""
    count = sight.expected.shape[axis]
    free, order = set(range(count)), []
    for i in range(count):
        where = [slice(None)] * sight.expected.ndim
        where[axis] = slice(i, i + 1)
        block = sight.within(tuple(where))
        for j in sorted(free):
            if block.explained_by(np.take(sight.expected, [j], axis)):
                order.append(j)
                free.remove(j)
                break
        else:
            return None
    return order if order != sorted(order) else None
