"""layer_norm: stored cases."""

from conformance.case import Case

from ._stored import stored, values


def layer_norm(
    normalized_shape: int | tuple[int, ...],
    leading: tuple[int, ...],
    *,
    eps: float = 1e-5,
    elementwise_affine: bool = True,
    bias: bool = True,
) -> Case:
    """A layer norm of an input with `leading` dimensions before the normalised ones."""
    inner = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
    names = ("weight", "bias")[: elementwise_affine * (1 + bias)]
    params = {name: values(*inner, salt=salt) for salt, name in enumerate(names, 1)}
    config = {
        "normalized_shape": normalized_shape,
        "eps": eps,
        "elementwise_affine": elementwise_affine,
        "bias": bias,
    }
    return stored("layer_norm", config, (values(*leading, *inner),), (*leading, *inner), **params)


CASES = (
    layer_norm(5, (3,)),
    layer_norm((4,), (2, 3), eps=0.25),
    layer_norm((2, 3), (4,), bias=False),
    layer_norm((3, 2, 2), ()),
    layer_norm(4, (2,), elementwise_affine=False),
)
