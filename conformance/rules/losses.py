"""Rules of losses."""

from torch import Tensor

from .recipe import Outside, Recipe, present


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: object = None,
    ignore_index: int = -100,
    reduce: object = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Recipe:
    _no_legacy(size_average, reduce)
    if weight is not None and weight.requires_grad:
        raise Outside("class weights that are trained")
    return Recipe(
        operation="cross_entropy",
        config={
            "ignore_index": ignore_index,
            "reduction": reduction,
            "label_smoothing": float(label_smoothing),
        },
        params=present(weight=weight),
        inputs=(input, target),
    )


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: object = None,
    reduce: object = None,
    reduction: str = "mean",
    weight: object = None,
) -> Recipe:
    _no_legacy(size_average, reduce)
    if weight is not None:
        raise Outside("mse_loss with a weight")
    return Recipe(operation="mse_loss", config={"reduction": reduction}, inputs=(input, target))


def _no_legacy(*options: object) -> None:
    if any(option is not None for option in options):
        raise Outside("size_average and reduce are outside the specification (see reduction)")
