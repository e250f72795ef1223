"""multihead_attention: stored cases."""

from dataclasses import replace
from typing import Any

import numpy as np

from conformance.case import Case
from conformance.operations._multihead_params import shapes
from conformance.tree import Array

from ._stored import stored, values


def multihead(
    query: tuple[int, ...],
    keys: int,
    padding: Array | None = None,
    mask: Array | None = None,
    **options: Any,
) -> Case:
    """An attention with two heads of two features; key and value have `keys` positions."""
    config = {
        "embed_dim": 4,
        "num_heads": 2,
        "dropout": 0.0,
        "bias": True,
        "add_bias_kv": False,
        "add_zero_attn": False,
        "kdim": None,
        "vdim": None,
        "batch_first": False,
        "need_weights": True,
        "average_attn_weights": True,
        "is_causal": False,
        **options,
    }
    place = 1 if config["batch_first"] and len(query) == 3 else 0
    batch = () if len(query) == 2 else (query[1 - place],)
    key, value = (
        values(*query[:place], keys, *query[place + 1 : -1], config[width] or 4, salt=salt)
        for salt, width in ((1, "kdim"), (2, "vdim"))
    )
    shown = (query[place], keys + config["add_bias_kv"] + config["add_zero_attn"])
    heads = () if config["average_attn_weights"] else (2,)
    outputs = (query, *([(*batch, *heads, *shown)] if config["need_weights"] else []))
    params = {name: values(*shape, salt=salt) for salt, (name, shape) in enumerate(shapes(config).items(), 3)}
    inputs = (values(*query), key, value, padding, mask)
    case = stored("multihead_attention", config, inputs, *outputs, **params)
    return case if config["need_weights"] else replace(case, cotangent=(case.cotangent, None))


PADDED = np.array([[False, True, False], [False, False, True]])

HIDDEN = np.array([[False, True, False], [False, False, True]])

CASES = (
    multihead((2, 2, 4), 3, PADDED, average_attn_weights=False),
    multihead((2, 2, 4), 3, values(2, 3, salt=9) / 4, HIDDEN, kdim=3, add_bias_kv=True),
    multihead((2, 2, 4), 3, None, values(4, 2, 3, salt=9), batch_first=True, need_weights=False),
    multihead((2, 4), 3, None, HIDDEN, vdim=3, bias=False, add_zero_attn=True, add_bias_kv=True),
    multihead((2, 4), 2, None, ~np.tri(2, dtype=np.bool_), is_causal=True, need_weights=False),
)
