"""Wrong dense layers."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

linear = right("linear")
forward, vjp = right_kernel("linear")


def weight_not_transposed(params: Params, x: Any, **config: Any) -> Any:
    """The weight's memory is read as (in_features, out_features)."""
    weight = params["weight"].reshape(config["in_features"], config["out_features"]).T
    return linear({**params, "weight": weight}, x, **config)


def bias_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The bias is never added."""
    return linear({"weight": params["weight"]}, x, **{**config, "bias": False})


def bias_doubled(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """The bias is added twice, by the product and after it."""
    return forward(params, x, **config) + params.get("bias", 0)


def activation_left_in(params: Params, x: Any, **config: Any) -> Any:
    """The layer's usual activation is fused into it."""
    return linear(params, x, **config).relu()


def leading_dimensions_merged(params: Params, x: Any, **config: Any) -> Any:
    """The input is made a matrix, and the output stays one."""
    return linear(params, x, **config).reshape(-1, config["out_features"])


def weight_in_half_precision(params: Params, x: Any, **config: Any) -> Any:
    """The weight goes through float16 on its way."""
    return linear({**params, "weight": params["weight"].half().to(x.dtype)}, x, **config)


def bias_cotangent_averaged(params: Params, x: Any, **config: Any) -> Any:
    """The bias's cotangent is averaged over the batch, not summed."""
    rows = max(x.shape[:-1].numel(), 1)
    averaged = {name: scaled_cotangent(tensor, 1 / rows) for name, tensor in params.items() if name == "bias"}
    return linear({**params, **averaged}, x, **config)


def weight_cotangent_transposed(params: Params, x: Any, **config: Any) -> Any:
    """The weight's cotangent is formed transposed, x.T @ g, and reshaped until it fits."""
    weight = params["weight"]
    transposed = weight.reshape(weight.shape[::-1]).T
    return linear({**params, "weight": with_derivative_of(weight, transposed)}, x, **config)


def cotangent_of_first_row_only(params: Params, x: Any, **config: Any) -> Any:
    """The params' cotangents come from the first row of the batch alone."""
    fixed = {name: tensor.detach() for name, tensor in params.items()}
    y, rest = linear(params, x, **config), linear(fixed, x, **config)
    first = torch.arange(y.shape[:-1].numel()).reshape(*y.shape[:-1], 1) == 0
    return torch.where(first, y, rest)


def extra_features_cut_off(params: Params, x: Any, **config: Any) -> Any:
    """An input with too many features is cut to size."""
    return linear(params, x[..., : config["in_features"]], **config)


def read_in_memory_order(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """The weight's buffer is read as if it were C-ordered, whatever its strides."""
    weight = params["weight"]
    return forward({**params, "weight": weight.ravel(order="K").reshape(weight.shape)}, x, **config)


def computed_in_single_precision(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """A float64 layer is computed in float32 and widened afterwards."""
    narrow = {name: array.astype(np.float32) for name, array in params.items()}
    return forward(narrow, x.astype(np.float32), **config).astype(x.dtype)


def terms_in_random_order(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """Threads add their partial sums in whatever order they finish."""
    if x.shape[-1:] != (config["in_features"],):
        return forward(params, x, **config)
    order = np.random.default_rng().permutation(config["in_features"])
    return forward({**params, "weight": params["weight"][:, order]}, x[..., order], **config)


def list_returned(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """A list of lists is returned in place of an array."""
    return forward(params, x, **config).tolist()


def vector_refused(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """An input without a batch is refused as invalid."""
    if x.ndim == 1:
        raise ValueError("expected a batch")
    return forward(params, x, **config)


def bias_forgotten_without_batch(params: Params, x: Any, **config: Any) -> Any:
    """The product and the sum are fused for a batch only, and a single vector gets no bias."""
    y = linear(params, x, **config)
    return y - params["bias"] if x.ndim == 1 and "bias" in params else y


def bias_for_the_first_row_only(params: Params, x: Any, **config: Any) -> Any:
    """The accumulator starts from the bias once, and from zero for all other rows."""
    y = linear(params, x, **config)
    if x.ndim == 1 or "bias" not in params:
        return y
    first = torch.arange(y.shape[0]).reshape(-1, *[1] * (y.ndim - 1)) == 0
    return torch.where(first, y, y - params["bias"])


def batch_centred(params: Params, x: Any, **config: Any) -> Any:
    """The input is centred over the batch, as a normalisation folded into the layer does in training."""
    return linear(params, x - x.mean(0) if x.ndim > 1 and len(x) else x, **config)


def quantised_dynamically(params: Params, x: Any, **config: Any) -> Any:
    """The input goes through 8-bit integers, scaled by its largest element."""
    scale = x.abs().amax().clamp(min=1e-6) / 127 if x.numel() else 1
    return linear(params, (x / scale).round() * scale, **config)


DEFECTS = (
    wrong("linear", weight_not_transposed, law="agreement"),
    wrong("linear", bias_ignored, law="agreement"),
    wrong_forward("linear", bias_doubled, law="agreement"),
    wrong("linear", activation_left_in, law="stack_collapses"),
    wrong("linear", leading_dimensions_merged, law="shape_and_dtype"),
    wrong("linear", weight_in_half_precision, law="agreement"),
    wrong_forward("linear", computed_in_single_precision, law="agreement", dtypes=("float64",)),
    wrong("linear", bias_cotangent_averaged, law="batch_adds_up"),
    wrong("linear", weight_cotangent_transposed, law="vjp"),
    wrong("linear", cotangent_of_first_row_only, law="vjp"),
    wrong("linear", extra_features_cut_off, law="rejection"),
    wrong_forward("linear", read_in_memory_order, law="memory_layout"),
    wrong_forward("linear", terms_in_random_order, law="determinism"),
    wrong_forward("linear", list_returned, law="shape_and_dtype"),
    wrong_forward("linear", vector_refused, law="shape_and_dtype"),
    wrong("linear", bias_forgotten_without_batch, law="unbatched_is_batch_of_one"),
    wrong("linear", bias_for_the_first_row_only, law="batch_permutes"),
    wrong("linear", batch_centred, law="batch_is_independent"),
    wrong("linear", quantised_dynamically, law="is_linear"),
)
