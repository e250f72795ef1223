"""batch_norm: stored cases."""

from typing import Any

import numpy as np

from conformance.case import Case

from ._stored import stored, values


def batch_norm(*shape: int, tracked: bool = True, training: bool = True, **options: Any) -> Case:
    """A batch norm of an input of that shape."""
    config = {
        "num_features": shape[1],
        "eps": 1e-5,
        "momentum": 0.1,
        "affine": True,
        "bias": True,
        **options,
        "track_running_stats": tracked,
        "training": training,
    }
    params = {}
    if config["affine"]:
        params["weight"] = values(shape[1], salt=1)
    if config["affine"] and config["bias"]:
        params["bias"] = values(shape[1], salt=2)
    if tracked:
        params["running_mean"] = values(shape[1], salt=3)
        params["running_var"] = np.abs(values(shape[1], salt=4)) + 0.5
        params["num_batches_tracked"] = np.array(3, dtype=np.int64)
    case = stored("batch_norm", config, (values(*shape),), shape, **params)
    if not (tracked and training):
        return case
    cotangent = (case.cotangent, np.zeros(shape[1]), np.zeros(shape[1]), None)
    return Case(
        operation=case.operation,
        dtype=case.dtype,
        config=config,
        params=params,
        inputs=case.inputs,
        cotangent=cotangent,
        regime=case.regime,
    )


CASES = (
    batch_norm(5, 3),
    batch_norm(2, 3, 4, momentum=None, bias=False),
    batch_norm(2, 2, 3, 2, training=False),
    batch_norm(2, 2, 1, 3, 2, tracked=False, eps=0.25),
    batch_norm(4, 2, tracked=False, training=False, affine=False),
    batch_norm(4, 2, affine=False, momentum=0.7),
)
