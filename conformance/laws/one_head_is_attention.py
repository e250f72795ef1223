"""Law: what stands between the projections."""

from dataclasses import replace
from typing import Any

import numpy as np

from ..case import Case
from ..tree import Array
from ..trial import Trial, spread_leaves
from ._attention import between_projections, position_axis


def one_head_is_attention(trial: Trial) -> None:
    """One head between projections that change nothing is scaled dot-product attention."""
    case, axis = trial.case, position_axis(trial.case)
    query, key, value, _, mask = between_projections(case)
    features = case.config["embed_dim"]
    key, value = (np.take(x, np.arange(features) % x.shape[-1], -1) for x in (key, value))
    # Without the keys that it relied on, a mask might leave a query without any.
    added = case.config["add_bias_kv"] or case.config["add_zero_attn"]
    mask = None if mask is None or mask.ndim == 3 or added else mask
    one = np.eye(features, dtype=case.dtype)
    options: dict[str, Any] = dict.fromkeys(("bias", "add_bias_kv", "add_zero_attn", "is_causal"), False)
    single = replace(
        case.with_inputs(query, key, value, None, mask),
        config={**case.config, **options, "num_heads": 1, "kdim": None, "vdim": None},
        params={"in_proj_weight": np.tile(one, (3, 1)), "out_proj.weight": one},
    )
    output = trial.run(single)
    assert isinstance(output, tuple) and isinstance(output[0], np.ndarray)
    oracle = trial.oracle_of(single)
    trial.agree(
        [("between projections of one", output[0])],
        [("", _attention(query, key, value, mask, axis))],
        lambda careful: spread_leaves(oracle, careful)[:1],
    )


def _attention(query: Array, key: Array, value: Array, mask: Array | None, axis: int) -> Array:
    """What PyTorch's own function gives, whose mask says which keys take part."""
    from ..oracle import Oracle

    batched = query.ndim == 3 and axis == 0
    given = (x.swapaxes(0, 1) if batched else x for x in (query, key, value))
    seen = ~mask if mask is not None and mask.dtype.kind == "b" else mask
    found = Oracle(
        Case(
            operation="scaled_dot_product_attention",
            dtype=query.dtype.name,
            config={"is_causal": False, "scale": None, "enable_gqa": False},
            inputs=(*given, seen),
        )
    ).output
    assert isinstance(found, np.ndarray)
    return found.swapaxes(0, 1) if batched else found
