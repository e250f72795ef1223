"""Rules of functions of one array, element by element or along one dimension."""

from torch import Tensor

from .recipe import Outside, Recipe, Rule


def elementwise(operation: str) -> Rule:
    """The rule of a function without options, but for one to overwrite its argument."""

    def rule(input: Tensor, inplace: bool = False) -> Recipe:
        return Recipe(operation=operation, inputs=(input,), in_place=inplace)

    return rule


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Recipe:
    """nn.ReLU6 is a hardtanh of 0 and 6; the specification has no other one."""
    if (min_val, max_val) != (0, 6):
        raise Outside(f"hardtanh from {min_val} to {max_val} is outside the specification (0 to 6 is relu6)")
    return Recipe(operation="relu6", inputs=(input,), in_place=inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Recipe:
    return Recipe(
        operation="leaky_relu",
        config={"negative_slope": negative_slope},
        inputs=(input,),
        in_place=inplace,
    )


def gelu(input: Tensor, *, approximate: str = "none") -> Recipe:
    return Recipe(operation="gelu", config={"approximate": approximate}, inputs=(input,))


def along(operation: str) -> Rule:
    """The rule of softmax and log_softmax."""

    def rule(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: object = None) -> Recipe:
        if not isinstance(dim, int) or isinstance(dim, bool):
            raise Outside(f"dim = {dim}, expected an int")
        if dtype is not None:
            raise Outside("dtype is given")
        return Recipe(operation=operation, config={"dim": dim}, inputs=(input,))

    return rule
