"""clip_grad_norm: stored cases."""

import math

from conformance.case import Case, flattened

from ._stored import values


def _clipped(max_norm: float, norm_type: float | str, *, checked: bool = False) -> Case:
    """Two gradients, the second one a number."""
    inputs, mappings = flattened(({"weight": values(2, 3), "bias": values(salt=1)},))
    return Case(
        operation="clip_grad_norm",
        dtype="float64",
        config={"max_norm": max_norm, "norm_type": norm_type, "error_if_nonfinite": checked},
        inputs=inputs,
        mappings=mappings,
        regime="stored",
    )


CASES = (
    _clipped(0.5, 2.0),
    _clipped(0.25, 3.0),
    _clipped(math.inf, 0.5),
    _clipped(0.5, "inf"),
    _clipped(0.01, -1.0),
    _clipped(0.5, 0.0),
)
