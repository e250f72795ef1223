"""scaled_dot_product_attention: stored cases."""

from typing import Any

import numpy as np

from conformance.case import Case
from conformance.tree import Array

from ._stored import stored, values


def attention(
    query: tuple[int, ...],
    key: tuple[int, ...],
    width: int,
    output: tuple[int, ...],
    mask: Array | None = None,
    **options: Any,
) -> Case:
    """An attention whose values are shaped as the keys, but for their width."""
    config = {"is_causal": False, "scale": None, "enable_gqa": False, **options}
    inputs = (values(*query), values(*key, salt=1), values(*key[:-1], width, salt=2), mask)
    return stored("scaled_dot_product_attention", config, inputs, output)


SEEN = np.array([[True, False, True, True], [False, True, True, False], [True, True, True, True]])

CASES = (
    attention((3, 4), (5, 4), 2, (3, 2)),
    attention((2, 3, 4), (2, 5, 4), 2, (2, 3, 2), is_causal=True),
    attention((2, 5, 3), (2, 3, 3), 4, (2, 5, 4), is_causal=True, scale=0.75),
    attention((2, 3, 2), (2, 4, 2), 3, (2, 3, 3), SEEN),
    attention((2, 2, 3, 2), (2, 4, 2), 3, (2, 2, 3, 3), values(2, 1, 1, 4, salt=3), scale=-0.5),
    attention((2, 4, 2, 3), (1, 2, 3, 3), 2, (2, 4, 2, 2), values(4, 2, 3, salt=3), enable_gqa=True),
    attention((6, 2, 3), (3, 4, 3), 2, (6, 2, 2), enable_gqa=True, is_causal=True),
)
