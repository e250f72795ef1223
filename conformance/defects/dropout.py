"""Wrong dropouts."""

from typing import Any

import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, with_derivative_of

dropout = right("dropout")


def _refused(x: Any, mask: Any, p: float, training: bool) -> Any:
    """What is right; it still refuses what it must."""
    return dropout({}, x, mask, p=p, training=training)


def not_rescaled(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """What is kept is not divided by 1 - p."""
    y = _refused(x, mask, p, training)
    return y if mask is None or p == 1 else x * mask


def divided_by_p(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """What is kept is divided by p, the probability of being dropped."""
    y = _refused(x, mask, p, training)
    return y if mask is None or p == 0 else x * mask / p


def multiplied_by_share(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """What is kept is multiplied by 1 - p, where it is to be divided."""
    y = _refused(x, mask, p, training)
    return y if mask is None else x * mask * (1 - p)


def scaled_by_p(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """What is kept is multiplied by p."""
    y = _refused(x, mask, p, training)
    return y if mask is None else x * mask * p


def mask_inverted(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """What the mask keeps is dropped."""
    y = _refused(x, mask, p, training)
    return y if mask is None else _refused(x, ~mask, p, training)


def rescaled_in_evaluation(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """Rescaled in evaluation instead: the first form of dropout, x * (1 - p)."""
    y = _refused(x, mask, p, training)
    if not training:
        return y * (1 - p)
    return y if mask is None or p == 1 else x * mask


def rescaled_twice(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """In evaluation what is kept, everything, is divided by 1 - p, too."""
    y = _refused(x, mask, p, training)
    return y / (1 - p) if not training and p < 1 else y


def rescaled_by_share_kept(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """Divided by the share that the mask happens to keep, not by 1 - p."""
    y = _refused(x, mask, p, training)
    if mask is None or p == 1 or not mask.any():
        return y
    return x * mask / (mask.sum() / mask.numel())


def mask_not_in_pullback(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """The pullback rescales and does not apply the mask."""
    y = _refused(x, mask, p, training)
    return y if mask is None or p == 1 else with_derivative_of(y, x / (1 - p))


def scale_not_in_pullback(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """The pullback applies the mask and does not rescale."""
    y = _refused(x, mask, p, training)
    return y if mask is None or p == 1 else with_derivative_of(y, x * mask)


def first_row_for_all(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """One mask, that of the first sample, is used for the whole batch."""
    y = _refused(x, mask, p, training)
    if mask is None or mask.ndim < 2 or not len(mask):
        return y
    return _refused(x, mask[:1].expand(mask.shape).contiguous(), p, training)


def dropped_to_small_value(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """What is dropped becomes 1e-3, as where zeros are replaced against a later division."""
    y = _refused(x, mask, p, training)
    return y if mask is None or p == 1 else torch.where(mask, y, 1e-3)


def all_kept_if_all_dropped(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """With p = 1 nothing is divided, and nothing dropped either."""
    y = _refused(x, mask, p, training)
    return x.clone() if p == 1 else y


def mask_broadcast(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """A mask of any shape that broadcasts is taken."""
    if mask is not None and training and p <= 1 and mask.dtype == torch.bool:
        mask = mask.broadcast_to(x.shape).contiguous()
    return _refused(x, mask, p, training)


def mask_ignored_in_evaluation(params: Params, x: Any, mask: Any, *, p: float, training: bool) -> Any:
    """A mask that is given in evaluation is silently ignored."""
    return _refused(x, mask if training else None, p, training)


def input_returned_in_evaluation(
    params: dict[str, Array], x: Array, mask: Array | None, *, p: float, training: bool
) -> Any:
    """In evaluation the input itself is returned, not a copy."""
    if not training:
        return x
    return x.copy() if mask is None else x * mask / x.dtype.type(1 - p if p < 1 else 1) * (p < 1)


DEFECTS = (
    wrong("dropout", not_rescaled, law="agreement"),
    wrong("dropout", divided_by_p, law="agreement"),
    wrong("dropout", multiplied_by_share, law="agreement"),
    wrong("dropout", scaled_by_p, law="agreement"),
    wrong("dropout", mask_inverted, law="agreement"),
    wrong("dropout", rescaled_in_evaluation, law="agreement"),
    wrong("dropout", rescaled_twice, law="agreement"),
    wrong("dropout", rescaled_by_share_kept, law="dropped_and_kept_are_all"),
    wrong("dropout", mask_not_in_pullback, law="vjp"),
    wrong("dropout", scale_not_in_pullback, law="vjp"),
    wrong("dropout", first_row_for_all, law="agreement"),
    wrong("dropout", dropped_to_small_value, law="dropped_and_kept_are_all"),
    wrong("dropout", all_kept_if_all_dropped, law="agreement"),
    wrong("dropout", mask_broadcast, law="rejection"),
    wrong("dropout", mask_ignored_in_evaluation, law="rejection"),
    wrong_forward("dropout", input_returned_in_evaluation, law="purity"),
)
