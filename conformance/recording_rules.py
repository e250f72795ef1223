"""What a torch function is in the specification: the tables that the recorder reads.

Each rule has the signature of the torch function that it stands for, so that every option arrives by name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


class Outside(Exception):
    """An argument that the specification has no place for."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A call as the specification says it; `operation` is None for the judge's own exact glue."""

    operation: str | None
    config: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Tensor] = field(default_factory=dict)
    inputs: tuple[Tensor | None, ...] = ()
    in_place: bool = False


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Recipe:
    if weight.dim() != 2:
        raise Outside("weight must have two dimensions")
    out_features, in_features = weight.shape
    return Recipe(
        operation="linear",
        config={"in_features": in_features, "out_features": out_features, "bias": bias is not None},
        params=_present(weight=weight, bias=bias),
        inputs=(input,),
    )


def elementwise(operation: str) -> Callable[..., Recipe]:
    """The rule of a function of one array, with or without an option to overwrite it."""

    def rule(input: Tensor, inplace: bool = False) -> Recipe:
        return Recipe(operation=operation, inputs=(input,), in_place=inplace)

    return rule


def overwriting(operation: str) -> Callable[..., Recipe]:
    """The rule of a function that overwrites its argument."""

    def rule(input: Tensor) -> Recipe:
        return Recipe(operation=operation, inputs=(input,), in_place=True)

    return rule


def along(operation: str) -> Callable[..., Recipe]:
    """The rule of softmax and log_softmax."""

    def rule(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: object = None) -> Recipe:
        if not isinstance(dim, int) or isinstance(dim, bool):
            raise Outside(f"dim = {dim}, expected an int")
        if dtype is not None:
            raise Outside("dtype is given")
        return Recipe(operation=operation, config={"dim": dim}, inputs=(input,))

    return rule


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Recipe:
    return Recipe(operation="flatten", config={"start_dim": start_dim, "end_dim": end_dim}, inputs=(input,))


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
) -> Recipe:
    return Recipe(
        operation="conv2d",
        config={
            "in_channels": weight.shape[1] * groups,
            "out_channels": weight.shape[0],
            "kernel_size": tuple(weight.shape[2:]),
            "stride": pair(stride),
            "padding": padding if isinstance(padding, str) else pair(padding),
            "dilation": pair(dilation),
            "groups": groups,
            "bias": bias is not None,
            "padding_mode": padding_mode,
        },
        params=_present(weight=weight, bias=bias),
        inputs=(input,),
    )


def padded_convolution(
    mode: str,
    pads: Sequence[int],
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Recipe:
    """A convolution of what F.pad returned is one convolution: this is how nn.Conv2d has its padding modes."""
    rows, columns = _both(dilation)
    same = [
        side
        for size, step in ((weight.shape[3], columns), (weight.shape[2], rows))
        for side in (step * (size - 1) // 2, step * (size - 1) - step * (size - 1) // 2)
    ]
    option: Any
    if isinstance(padding, str) or len(pads) != 4 or _both(padding) != (0, 0):
        raise Outside("F.pad and padding at once")
    if pads[0] == pads[1] and pads[2] == pads[3]:
        option = (pads[2], pads[0])
    elif list(pads) == same:
        option = "same"
    else:
        raise Outside(f"F.pad by {tuple(pads)}, which differ from side to side")
    known = {"constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
    return conv2d(input, weight, bias, stride, option, dilation, groups, padding_mode=known[mode])


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Recipe:
    return Recipe(
        operation="max_pool2d",
        config={
            "kernel_size": pair(kernel_size),
            "stride": _stride(stride),
            "padding": pair(padding),
            "dilation": pair(dilation),
            "return_indices": return_indices,
            "ceil_mode": ceil_mode,
        },
        inputs=(input,),
    )


def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = True,
) -> Recipe:
    return max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Recipe:
    return Recipe(
        operation="avg_pool2d",
        config={
            "kernel_size": pair(kernel_size),
            "stride": _stride(stride),
            "padding": pair(padding),
            "ceil_mode": ceil_mode,
            "count_include_pad": count_include_pad,
            "divisor_override": divisor_override,
        },
        inputs=(input,),
    )


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
        params=_present(weight=weight),
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


def elman(nonlinearity: str) -> Callable[..., Recipe]:
    """The rule of the function under nn.RNN, all layers and directions of it in one call."""

    def rule(
        input: Tensor,
        hx: Tensor,
        params: Sequence[Tensor],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: object = None,
    ) -> Recipe:
        if not isinstance(batch_first, bool):
            raise Outside("packed sequences")
        if dropout and train:
            raise Outside("dropout in training draws random numbers (see Module.eval)")
        names = [
            f"{kind}_l{layer}{direction}"
            for layer in range(num_layers)
            for direction in ("", "_reverse")[: 1 + bidirectional]
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if has_biases else 2]
        ]
        return Recipe(
            operation="rnn",
            config={
                "input_size": params[0].shape[1],
                "hidden_size": params[1].shape[1],
                "num_layers": num_layers,
                "nonlinearity": nonlinearity,
                "bias": has_biases,
                "batch_first": batch_first,
                # Outside training, dropout does nothing.
                "dropout": 0.0,
                "bidirectional": bidirectional,
            },
            params=dict(zip(names, params, strict=True)),
            inputs=(input, hx),
        )

    return rule


def add(input: Any, other: Any, *, alpha: float = 1) -> Recipe:
    if not (isinstance(input, Tensor) and isinstance(other, Tensor)):
        raise Outside("a sum with a number is outside the specification")
    if alpha != 1 or input.shape != other.shape or input.dtype != other.dtype:
        raise Outside("a sum that broadcasts, scales or converts is outside the specification")
    return Recipe(operation=None, inputs=(input, other))


def add_in_place(input: Any, other: Any, *, alpha: float = 1) -> Recipe:
    recipe = add(input, other, alpha=alpha)
    return Recipe(operation=None, inputs=recipe.inputs, in_place=True)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Recipe:
    if training and p:
        raise Outside("dropout in training draws random numbers (see Module.eval)")
    return Recipe(operation=None, inputs=(input,))


OPERATIONS: Mapping[str, Callable[..., Recipe]] = {
    "linear": linear,
    "relu": elementwise("relu"),
    "relu_": overwriting("relu"),
    "sigmoid": elementwise("sigmoid"),
    "sigmoid_": overwriting("sigmoid"),
    "tanh": elementwise("tanh"),
    "tanh_": overwriting("tanh"),
    "softmax": along("softmax"),
    "log_softmax": along("log_softmax"),
    "flatten": flatten,
    "conv2d": conv2d,
    "max_pool2d": max_pool2d,
    "max_pool2d_with_indices": max_pool2d_with_indices,
    "avg_pool2d": avg_pool2d,
    "cross_entropy": cross_entropy,
    "mse_loss": mse_loss,
    "rnn_tanh": elman("tanh"),
    "rnn_relu": elman("relu"),
    "add": add,
    "__add__": add,
    "__radd__": add,
    "add_": add_in_place,
    "__iadd__": add_in_place,
    "dropout": dropout,
}
"""Torch functions that become an operation, or a sum or a copy of the judge's own."""

VIEWS = frozenset(
    """
    T __getitem__ broadcast_to chunk clone contiguous expand expand_as flip mT movedim moveaxis narrow permute
    ravel reshape reshape_as select split squeeze swapaxes swapdims t transpose unbind unflatten unsqueeze view
    view_as
    """.split()
)
"""Torch functions whose results hold elements of their first argument, untouched."""

METADATA = frozenset(
    """
    __hash__ __len__ __repr__ _set_grad_enabled _version device dim dtype element_size get_device grad_fn
    is_complex is_contiguous is_cpu is_cuda is_floating_point is_leaf is_meta is_mps is_nested is_quantized
    is_signed is_sparse itemsize layout names nbytes ndim ndimension nelement numel requires_grad retains_grad
    shape size storage_offset stride
    """.split()
)
"""What may be asked of a tensor without looking at its data."""

DATA = frozenset(
    """
    __array__ __bool__ __complex__ __contains__ __float__ __format__ __index__ __int__ allclose equal
    is_nonzero item numpy tolist
    """.split()
)
"""What turns data into a Python value."""

IN_PLACE = frozenset(
    "__setitem__ __iand__ __idiv__ __ifloordiv__ __imod__ __imul__ __ior__ __ipow__ __isub__ __itruediv__".split()
)
"""What writes to its argument without the underscore that says so."""


def pair(value: Any) -> int | tuple[int, int]:
    """An int-or-pair option as the specification writes it."""
    if isinstance(value, (tuple, list)):
        first, second = _both(value)
        return first, second
    return int(value)


def _both(value: Any) -> tuple[int, int]:
    if not isinstance(value, (tuple, list)):
        return int(value), int(value)
    if len(value) == 1:
        return int(value[0]), int(value[0])
    if len(value) != 2:
        raise Outside(f"{tuple(value)}, expected an int or a pair")
    return int(value[0]), int(value[1])


def _stride(value: Any) -> int | tuple[int, int] | None:
    return None if value is None or value == () or value == [] else pair(value)


def _present(**tensors: Tensor | None) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in tensors.items() if tensor is not None}


def _no_legacy(*options: object) -> None:
    if any(option is not None for option in options):
        raise Outside("size_average and reduce are outside the specification (see reduction)")
