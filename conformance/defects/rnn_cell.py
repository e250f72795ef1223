"""Wrong recurrent steps."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

cell = right("rnn_cell")
forward, vjp = right_kernel("rnn_cell")


def state_ignored(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The step always starts from zero."""
    cell(params, x, h, **config)  # still refuses what is invalid
    return cell(params, x, None, **config)


def state_added_unweighted(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The state is carried over as it is, with no weight of its own."""
    unit = torch.eye(config["hidden_size"], dtype=x.dtype)
    return cell({**params, "weight_hh": 0 * params["weight_hh"] + unit}, x, h, **config)


def recurrent_weight_transposed(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The recurrent weight, which is square, is applied transposed."""
    return cell({**params, "weight_hh": params["weight_hh"].T}, x, h, **config)


def second_bias_ignored(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """bias_hh is never added, since bias_ih is one already."""
    return cell({name: 0 * p if name == "bias_hh" else p for name, p in params.items()}, x, h, **config)


def bias_needs_a_state(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """Without h the whole recurrent part is left out, and bias_hh with it."""
    if h is None and config["bias"]:
        return second_bias_ignored(params, x, h, **config)
    return cell(params, x, h, **config)


def nonlinearity_ignored(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """It is always tanh."""
    cell(params, x, h, **config)  # still refuses what is invalid
    return cell(params, x, h, **{**config, "nonlinearity": "tanh"})


def batch_added(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """A sample without a batch comes back in one of size 1."""
    output = cell(params, x, h, **config)
    return output if x.ndim == 2 else output[None]


def slope_taken_from_the_argument(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The derivative of tanh is 1 - a**2, with the argument a where the output belongs."""
    output = cell(params, x, h, **config)
    if config["nonlinearity"] == "relu":
        return output
    a = torch.nn.functional.linear(x, params["weight_ih"], params.get("bias_ih"))
    if h is not None:
        a = a + h @ params["weight_hh"].T
    if config["bias"]:
        a = a + params["bias_hh"]
    return with_derivative_of(output, a - a**3 / 3)


def state_not_differentiated(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The state's cotangent is zero, so that no gradient flows through time."""
    return cell(params, x, None if h is None else h.detach(), **config)


def second_bias_not_differentiated(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The cotangent of the sum goes to bias_ih alone."""
    return cell({name: p.detach() if name == "bias_hh" else p for name, p in params.items()}, x, h, **config)


def odd_unit_not_recurrent(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The loop over the state takes units in pairs and forgets a last one without a partner."""
    units, weight = config["hidden_size"], params["weight_hh"]
    if units % 2 == 0 or units == 1:
        return cell(params, x, h, **config)
    last = torch.arange(units) == units - 1
    return cell({**params, "weight_hh": torch.where(last, 0 * weight, weight)}, x, h, **config)


def first_state_for_all(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The first sample's state is used for the whole batch."""
    cell(params, x, h, **config)  # still refuses what is invalid
    if h is not None and h.ndim == 2 and len(h):
        h = h[:1].expand(h.shape)
    return cell(params, x, h, **config)


def batch_centred(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The samples are centred over the batch, as a normalisation in front of them does in training."""
    cell(params, x, h, **config)  # still refuses what is invalid
    return cell(params, x - x.mean(0, keepdim=True) if x.ndim == 2 and len(x) else x, h, **config)


def state_needs_a_batch(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The path for a single sample always starts from zero."""
    cell(params, x, h, **config)  # still refuses what is invalid
    return cell(params, x, h if x.ndim == 2 else None, **config)


def weight_cotangents_averaged(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The params' cotangents are averaged over the batch, not summed."""
    samples = max(len(x), 1) if x.ndim == 2 else 1
    averaged = {name: scaled_cotangent(p, 1 / samples) for name, p in params.items()}
    return cell(averaged, x, h, **config)


def state_broadcast_over_the_batch(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """One state, or one without a batch, is taken for all samples."""
    if h is not None and x.ndim == 2 and h.ndim <= 2 and h.shape[-1:] == (config["hidden_size"],):
        rows = h if h.ndim == 2 else h[None]
        h = rows.expand(len(x), -1) if len(rows) == 1 else rows
    return cell(params, x, h, **config)


def computed_in_single_precision(params: dict[str, Array], x: Array, h: Array | None, **config: Any) -> Any:
    """A float64 sample is computed in float32 and widened afterwards."""
    narrow = {name: array.astype(np.float32) for name, array in params.items()}
    state = None if h is None else h.astype(np.float32)
    return forward(narrow, x.astype(np.float32), state, **config).astype(x.dtype)


def written_over_the_state(params: dict[str, Array], x: Array, h: Array | None, **config: Any) -> Any:
    """The next state is written over the one that was passed."""
    output = forward(params, x, h, **config)
    if h is None or not h.flags.writeable:
        return output
    h[...] = output
    return h


DEFECTS = (
    wrong("rnn_cell", state_ignored, law="agreement"),
    wrong("rnn_cell", state_added_unweighted, law="agreement"),
    wrong("rnn_cell", recurrent_weight_transposed, law="agreement"),
    wrong("rnn_cell", second_bias_ignored, law="agreement"),
    wrong("rnn_cell", bias_needs_a_state, law="agreement"),
    wrong("rnn_cell", nonlinearity_ignored, law="agreement"),
    wrong("rnn_cell", batch_added, law="shape_and_dtype"),
    wrong("rnn_cell", slope_taken_from_the_argument, law="vjp"),
    wrong("rnn_cell", state_not_differentiated, law="vjp"),
    wrong("rnn_cell", second_bias_not_differentiated, law="vjp"),
    wrong("rnn_cell", odd_unit_not_recurrent, law="hidden_units_permute"),
    wrong("rnn_cell", first_state_for_all, law="batch_permutes"),
    wrong("rnn_cell", batch_centred, law="batch_is_independent"),
    wrong("rnn_cell", state_needs_a_batch, law="unbatched_is_batch_of_one"),
    wrong("rnn_cell", weight_cotangents_averaged, law="batch_adds_up"),
    wrong("rnn_cell", state_broadcast_over_the_batch, law="rejection"),
    wrong_forward("rnn_cell", computed_in_single_precision, law="agreement", dtypes=("float64",)),
    wrong_forward("rnn_cell", written_over_the_state, law="purity"),
)
