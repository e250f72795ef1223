"""Wrong cross-entropies."""

from typing import Any

import numpy as np

from ..tree import Array
from ._defect import wrong, wrong_vjp
from ._right import Params, right, right_kernel, with_derivative_of

cross_entropy = right("cross_entropy")
forward, vjp = right_kernel("cross_entropy")


def class_axis(x: Any) -> int:
    """The classes are the second axis, or the only one."""
    return 1 if x.ndim > 1 else 0


def maximum_not_subtracted(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The exponentials of large logits overflow."""
    axis = class_axis(x)
    return cross_entropy(params, x - x.exp().sum(axis, keepdim=True).log(), target, **config)


def log_kept_finite(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """A small number is added to the probabilities before the logarithm."""
    return cross_entropy(params, (x.softmax(class_axis(x)) + 1e-7).log(), target, **config)


def softmax_applied_twice(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The loss expects logits, and a softmax is applied before it."""
    return cross_entropy(params, x.softmax(class_axis(x)), target, **config)


def classes_last(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The memory of the logits is read as (N, d1, ..., dK, C)."""
    if x.ndim > 2:
        x = x.reshape(x.shape[0], *x.shape[2:], x.shape[1]).movedim(-1, 1)
    return cross_entropy(params, x, target, **config)


def weight_ignored(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The class weights are not used."""
    cross_entropy(params, x, target, **config)  # still refuses what is invalid
    return cross_entropy({}, x, target, **config)


def weighted_mean_over_count(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The mean divides by the number of targets that count, not by the sum of their weights."""
    loss = cross_entropy(params, x, target, **config)
    if config["reduction"] != "mean" or target.is_floating_point():
        return loss
    total = cross_entropy(params, x, target, **{**config, "reduction": "sum"})
    return total / (target != config["ignore_index"]).sum()


def ignored_targets_counted(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The mean divides by the number of all targets, those that are ignored included."""
    counted = (target != config["ignore_index"]).to(x.dtype).mean()
    loss = cross_entropy(params, x, target, **config)
    return loss if config["reduction"] != "mean" or target.is_floating_point() else loss * counted


def ignore_index_ignored(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """Targets of the ignored class count like any other."""
    loss = cross_entropy(params, x, target, **config)
    if target.is_floating_point() or not 0 <= config["ignore_index"] < x.shape[class_axis(x)]:
        return loss
    return cross_entropy(params, x, target, **{**config, "ignore_index": -100})


def nothing_counts_as_zero(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The mean over no targets is 0, not NaN."""
    loss = cross_entropy(params, x, target, **config)
    return loss if (target != config["ignore_index"]).any() else 0 * loss.nan_to_num()


def mean_over_batch_only(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The mean divides by the size of the batch, and sums over the further dimensions."""
    loss = cross_entropy(params, x, target, **config)
    return loss * x.shape[2:].numel() if config["reduction"] == "mean" and x.ndim > 2 else loss


def smoothing_ignored(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The labels are never smoothed."""
    cross_entropy(params, x, target, **config)  # still refuses what is invalid
    return cross_entropy(params, x, target, **{**config, "label_smoothing": 0.0})


def smoothing_spares_the_target(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """What smoothing takes is spread over the other C - 1 classes, the target's own left out."""
    classes = x.shape[class_axis(x)] if x.ndim else 1
    smoothing = config["label_smoothing"] * classes / max(classes - 1, 1)
    return cross_entropy(
        params, x, target, **{**config, "label_smoothing": smoothing if smoothing <= 1 else 1.0}
    )


def smoothing_adds_only(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The uniform part is added, and nothing is taken from the target's own class."""
    loss, epsilon = cross_entropy(params, x, target, **config), config["label_smoothing"]
    return loss + epsilon * cross_entropy(params, x, target, **{**config, "label_smoothing": 0.0})


def reduction_ignored(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """It is the mean, whatever the reduction."""
    cross_entropy(params, x, target, **config)  # still refuses what is invalid
    return cross_entropy(params, x, target, **{**config, "reduction": "mean"})


def negative_classes_wrap_around(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """A negative class index counts from the end, as indexing does."""
    if not target.is_floating_point() and x.ndim:
        wrapped = (target < 0) & (target != config["ignore_index"])
        target = target + wrapped * x.shape[class_axis(x)]
    return cross_entropy(params, x, target, **config)


def classes_clipped(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """A class index that is too large is taken for the last class."""
    if not target.is_floating_point() and x.ndim:
        last = x.shape[class_axis(x)] - 1
        target = target.where((target <= last) | (target == config["ignore_index"]), last)
    return cross_entropy(params, x, target, **config)


def divisor_forgotten_in_pullback(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The pullback of the mean is that of the sum."""
    summed = {**config, "reduction": "sum" if config["reduction"] == "mean" else config["reduction"]}
    loss = cross_entropy(params, x, target, **config)
    return with_derivative_of(loss, cross_entropy(params, x, target, **summed))


def weight_forgotten_in_pullback(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The pullback is softmax minus target, also where classes have weights."""
    loss = cross_entropy(params, x, target, **config)
    return with_derivative_of(loss, cross_entropy({}, x, target, **config))


def smoothing_forgotten_in_pullback(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The pullback is that of the targets before smoothing."""
    loss = cross_entropy(params, x, target, **config)
    return with_derivative_of(loss, cross_entropy(params, x, target, **{**config, "label_smoothing": 0.0}))


def probabilities_not_differentiated(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The cotangent of class probabilities is zero."""
    return cross_entropy(params, x, target.detach(), **config)


def class_indices_differentiated(params: dict[str, Array], x: Array, target: Array, **config: Any) -> Any:
    """The pullback returns zeros for class indices, which have no cotangent."""
    loss, pullback = vjp(params, x, target, **config)

    def with_zeros(cotangent: Any) -> Any:
        of_params, (of_x, of_target) = pullback(cotangent)
        return of_params, (of_x, np.zeros(target.shape, x.dtype) if of_target is None else of_target)

    return loss, with_zeros


def weight_of_the_class_before(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """Classes are counted from 1 when their weights are looked up."""
    return cross_entropy({name: p.roll(1) for name, p in params.items()}, x, target, **config)


def targets_shifted(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The targets are shifted by one, as those of a language model are by its caller already."""
    cross_entropy(params, x, target, **config)  # still refuses what is invalid
    return cross_entropy(params, x, target.roll(1, 0) if x.ndim > 1 else target, **config)


def batch_centred(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The logits are centred over the batch, and not over the classes."""
    cross_entropy(params, x, target, **config)  # still refuses what is invalid
    return cross_entropy(params, x - x.mean(0) if x.ndim > 1 and len(x) else x, target, **config)


def mean_over_classes_without_batch(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """Without a batch the mean divides by the first dimension, which is that of the classes."""
    loss = cross_entropy(params, x, target, **config)
    return loss / len(x) if x.ndim == 1 and config["reduction"] == "mean" else loss


DEFECTS = (
    wrong("cross_entropy", maximum_not_subtracted, law="special_values"),
    wrong("cross_entropy", log_kept_finite, law="agreement"),
    wrong("cross_entropy", softmax_applied_twice, law="loss_is_of_log_softmax"),
    wrong("cross_entropy", classes_last, law="agreement"),
    wrong("cross_entropy", weight_ignored, law="agreement"),
    wrong(
        "cross_entropy",
        weighted_mean_over_count,
        law="reductions_agree",
        seen="https://github.com/PaddlePaddle/Paddle/pull/30180",
    ),
    wrong(
        "cross_entropy",
        ignored_targets_counted,
        law="ignored_do_not_count",
        seen="https://github.com/open-mmlab/mmsegmentation/issues/546",
    ),
    wrong("cross_entropy", ignore_index_ignored, law="agreement"),
    wrong("cross_entropy", nothing_counts_as_zero, law="kinks"),
    wrong("cross_entropy", mean_over_batch_only, law="agreement"),
    wrong("cross_entropy", smoothing_ignored, law="agreement"),
    wrong(
        "cross_entropy",
        smoothing_spares_the_target,
        law="agreement",
        seen="https://github.com/fastai/fastai/pull/1814",
    ),
    wrong(
        "cross_entropy",
        smoothing_adds_only,
        law="agreement",
        seen="https://github.com/ildoonet/pytorch-randaugment/issues/30",
    ),
    wrong("cross_entropy", reduction_ignored, law="agreement"),
    wrong("cross_entropy", negative_classes_wrap_around, law="rejection"),
    wrong("cross_entropy", classes_clipped, law="rejection"),
    wrong("cross_entropy", divisor_forgotten_in_pullback, law="vjp"),
    wrong("cross_entropy", weight_forgotten_in_pullback, law="vjp"),
    wrong("cross_entropy", smoothing_forgotten_in_pullback, law="vjp"),
    wrong("cross_entropy", probabilities_not_differentiated, law="vjp"),
    wrong_vjp("cross_entropy", class_indices_differentiated, law="vjp"),
    wrong("cross_entropy", weight_of_the_class_before, law="classes_permute"),
    wrong("cross_entropy", targets_shifted, law="batch_permutes"),
    wrong("cross_entropy", batch_centred, law="batch_is_independent"),
    wrong("cross_entropy", mean_over_classes_without_batch, law="unbatched_is_batch_of_one"),
)
