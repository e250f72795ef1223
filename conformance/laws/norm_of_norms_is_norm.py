"""Law: it does not matter how numbers are divided into gradients."""

import numpy as np

from ..tree import Array
from ..trial import Trial
from ._clipped import clipped, given, with_gradients


def norm_of_norms_is_norm(trial: Trial) -> None:
    """All gradients joined into one are clipped as they are; not where norms are counts."""
    case = trial.case
    if float(case.config["norm_type"]) == 0:
        return
    gradients = given(case)
    joined = with_gradients(case, {"all": _joined(gradients)})
    parts, total_norm = clipped(trial)
    trial.agree_with_each_other(
        ({"all": _joined({name: parts[name] for name in gradients})}, total_norm),
        clipped(trial, joined),
        like=joined,
        what="joined into one",
    )


def _joined(gradients: dict[str, Array]) -> Array:
    return np.concatenate([gradient.ravel() for gradient in gradients.values()])
