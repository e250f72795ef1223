"""Law: what a cross entropy is."""

import numpy as np

from ..case import Case
from ..tree import Array
from ..trial import Trial, spread_leaves
from ._losses import mean_divisor
from ._single import first_input, output_of


def loss_is_of_log_softmax(trial: Trial) -> None:
    """The loss is minus the sum of log_softmax over the classes, weighted by the smoothed target."""
    case = trial.case
    x = first_input(case)
    scores = np.moveaxis(x.astype(np.float64), 0 if x.ndim == 1 else 1, -1)
    shifted = scores - scores.max(-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    losses = np.asarray(-(_weights(case, scores.shape[-1]) * logs).sum(-1))
    if case.config["reduction"] != "none":
        divisor = mean_divisor(case, losses.size) if case.config["reduction"] == "mean" else 1
        if divisor == 0:
            return  # the mean of nothing
        losses = np.asarray(losses.sum() / divisor)
    trial.agree(
        trial.named_output(output_of(trial)),
        [("", losses)],
        lambda careful: spread_leaves(trial.oracle, careful),
        # What is computed here, in float64, is rounded as well.
        shares=2,
    )


def _weights(case: Case, classes: int) -> Array:
    """The target as probabilities, classes last, smoothed and weighted; zero where it is ignored."""
    target, smoothing = case.inputs[1], case.config["label_smoothing"]
    assert target is not None
    if target.dtype.kind == "f":
        shares, counted = np.moveaxis(target.astype(np.float64), 0 if target.ndim == 1 else 1, -1), None
    else:
        counted = (target != case.config["ignore_index"])[..., None]
        shares = np.eye(classes)[np.where(counted[..., 0], target, 0)]
    smoothed = (1 - smoothing) * shares + smoothing / classes
    weighted: Array = smoothed * case.params.get("weight", np.ones(classes)).astype(np.float64)
    return weighted if counted is None else weighted * counted
