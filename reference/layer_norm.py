"""layer_norm: every sample standardised by its own mean and variance."""

from torch import nn


class LayerNorm(nn.LayerNorm):
    """y = (x - mean) / sqrt(variance + eps) * weight + bias

    mean and variance are those of the last len(normalized_shape) dimensions together, one pair for each place of
    all dimensions before them; the variance is the mean of (x - mean) ** 2, divided by the number of elements
    and not by one less. A slice that holds NaN or inf gives NaN.

    Config:
        normalized_shape: the sizes of the dimensions that are normalised; an int n means (n,).
        eps: added to the variance, under the root.
        elementwise_affine: False leaves weight and bias out.
        bias: False leaves the bias out.

    Params:
        weight: normalized_shape, only if `elementwise_affine`
        bias: normalized_shape, only if `elementwise_affine` and `bias`

    Inputs:
        x: (..., *normalized_shape), any number of leading dimensions, also none

    Output:
        y: (..., *normalized_shape)

    Raises:
        ValueError: normalized_shape is (); the last dimensions of x are not normalized_shape.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
        Ba, Kiros, Hinton (2016), Layer normalization, https://arxiv.org/abs/1607.06450
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        # The stubs of torch ask for a list where the documentation takes a tuple.
        shape = [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
        super().__init__(shape, eps, elementwise_affine, bias)
