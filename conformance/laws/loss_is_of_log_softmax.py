"""Law: what the cross entropy of class indices is."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def loss_is_of_log_softmax(trial: Trial) -> None:
    """The loss of a class is its weight times -log_softmax of its score, computed here in float64."""
    case = trial.case
    x, target = first_input(case).astype(np.float64), case.inputs[1]
    assert target is not None
    if target.dtype.kind == "f" or case.config["label_smoothing"]:
        return
    rows = np.moveaxis(x, 0 if x.ndim == 1 else 1, -1)
    counted = target != case.config["ignore_index"]
    if not counted.any():
        return  # nothing, or the mean of nothing
    chosen = np.where(counted, target, 0)
    shifted = rows - rows.max(-1, keepdims=True)
    scores = np.take_along_axis(shifted, chosen[..., None], -1)[..., 0]
    weight = case.params.get("weight", np.ones(rows.shape[-1])).astype(np.float64)[chosen] * counted
    losses = weight * (np.log(np.exp(shifted).sum(-1)) - scores)
    if case.config["reduction"] != "none":
        losses = np.asarray(losses.sum() / (weight.sum() if case.config["reduction"] == "mean" else 1))
    trial.agree(
        trial.named_output(output_of(trial)),
        [("", losses)],
        lambda careful: spread_leaves(trial.oracle, careful),
        # The logarithms here are rounded, too.
        shares=2,
    )
