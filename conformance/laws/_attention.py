"""What laws of attention ask about."""

from dataclasses import dataclass

import numpy as np

from ..case import Case
from ..tree import Array
from ..trial import Trial
from ._symmetry import Symmetry, check_symmetry, shuffled


def attended(case: Case) -> tuple[Array, Array, Array, Array | None]:
    """Query, key, value and, where there is one, the mask."""
    query, key, value, mask = case.inputs
    assert query is not None and key is not None and value is not None
    return query, key, value, mask


def between_projections(case: Case) -> tuple[Array, Array, Array, Array | None, Array | None]:
    """Query, key, value and, where there are any, key_padding_mask and attn_mask of a multi-head attention."""
    query, key, value, padding, mask = case.inputs
    assert query is not None and key is not None and value is not None
    return query, key, value, padding, mask


def position_axis(case: Case) -> int:
    """The axis of queries, keys and values in the arguments of a multi-head attention."""
    query, *_ = between_projections(case)
    return 1 if case.config["batch_first"] and query.ndim == 3 else 0


@dataclass(frozen=True)
class Places:
    """Along which axis `count` queries, or keys, lie in each input and each part of the output; None: nowhere.

    In the output's weights `added` keys stand behind them.
    """

    count: int
    inputs: tuple[int | None, ...]
    outputs: tuple[int | None, ...]
    added: int = 0


def keys_of(case: Case) -> Places:
    """Where the keys are."""
    if "num_heads" not in case.config:
        _, key, _, mask = attended(case)
        in_mask = None if mask is None or mask.shape[-1] == 1 else -1
        return Places(key.shape[-2], (None, -2, -2, in_mask), (None,))
    _, key, *_ = between_projections(case)
    axis = position_axis(case)
    added = case.config["add_bias_kv"] + case.config["add_zero_attn"]
    return Places(key.shape[axis], (None, axis, axis, -1, -1), (None, -1), added)


def queries_of(case: Case) -> Places:
    """Where the queries are."""
    if "num_heads" not in case.config:
        query, _, _, mask = attended(case)
        in_mask = None if mask is None or mask.shape[-2] == 1 else -2
        return Places(query.shape[-2], (-2, None, None, in_mask), (-2,))
    query, *_ = between_projections(case)
    axis = position_axis(case)
    return Places(query.shape[axis], (axis, None, None, None, -2), (axis, -2))


def check_order(trial: Trial, places: Places, what: str) -> None:
    """Reordering queries or keys reorders what belongs to them; under is_causal their order has a meaning."""
    count = places.count
    if count < 2 or trial.case.config["is_causal"]:
        return
    order = shuffled(count)
    whole = np.concatenate([order, np.arange(count, count + places.added)])
    symmetry = Symmetry(
        inputs=tuple({} if axis is None else {axis: order} for axis in places.inputs),
        outputs=tuple({} if axis is None else {axis: whole} for axis in places.outputs),
    )
    check_symmetry(trial, symmetry, what)
