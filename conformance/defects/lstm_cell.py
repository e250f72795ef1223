"""Wrong steps of a long short-term memory."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..eager import Function
from ..tree import Array
from ._defect import wrong, wrong_forward
from ._gate_orders import gate_orders, reordered
from ._lstm_steps import STEPS, Step, gate_sums
from ._right import Params, right, right_kernel, scaled_cotangent

lstm_cell = right("lstm_cell")
forward, _ = right_kernel("lstm_cell")


def stepping(step: Step) -> Function:
    """The cell with that step; it still refuses what is invalid."""

    def stepped(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
        zeros = torch.zeros_like(lstm_cell(params, x, h, c, **config)[1])
        h, c = (zeros, zeros) if h is None else (h, c)
        return step(gate_sums(params, x, h), c)

    stepped.__name__, stepped.__doc__ = step.__name__, step.__doc__
    return stepped


def states_exchanged(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The pair of states is read as (c, h)."""
    return lstm_cell(params, x, c, h, **config)


def states_returned_exchanged(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The pair of states is returned as (c', h')."""
    h, c = lstm_cell(params, x, h, c, **config)
    return c, h


def forget_gate_without_bias(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The biases are never added to the forget gate."""
    biases = {name: p for name, p in params.items() if "bias" in name}
    without = reordered(biases, lambda rows: [rows[0], 0 * rows[1], *rows[2:]])
    return lstm_cell({**params, **without}, x, h, c, **config)


def second_bias_ignored(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """bias_hh is never added, since bias_ih is one already."""
    return lstm_cell(
        {name: 0 * p if name == "bias_hh" else p for name, p in params.items()}, x, h, c, **config
    )


def second_bias_not_differentiated(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The cotangent of the sum goes to bias_ih alone."""
    fixed = {name: p.detach() if name == "bias_hh" else p for name, p in params.items()}
    return lstm_cell(fixed, x, h, c, **config)


def rows_interleaved(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The rows are taken unit by unit, four gates each, where they are four blocks of units."""
    mixed = {name: p.unflatten(0, (-1, 4)).transpose(0, 1).flatten(0, 1) for name, p in params.items()}
    return lstm_cell(mixed, x, h, c, **config)


def cotangent_of_cell_dropped(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The cotangent of c' is not pulled back."""
    h, c = lstm_cell(params, x, h, c, **config)
    return h, c.detach()


def first_cell_for_all(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The first sample's cell is used for the whole batch."""
    lstm_cell(params, x, h, c, **config)  # still refuses what is invalid
    if c is not None and c.ndim == 2 and c.shape[0]:
        c = c[:1].expand(c.shape)
    return lstm_cell(params, x, h, c, **config)


def batch_centred(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The inputs are centred over the batch, as a normalisation in front of them does in training."""
    lstm_cell(params, x, h, c, **config)  # still refuses what is invalid
    centred = x - x.mean(0, keepdim=True) if x.ndim == 2 and x.shape[0] else x
    return lstm_cell(params, centred, h, c, **config)


def weight_cotangents_averaged(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The params' cotangents are averaged over the batch, not summed."""
    samples = x.shape[0] if x.ndim == 2 else 1
    averaged = {name: scaled_cotangent(p, 1 / max(samples, 1)) for name, p in params.items()}
    return lstm_cell(averaged, x, h, c, **config)


def states_need_a_batch(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """The path for a single sample always starts from zero."""
    h_next: Tensor
    h_next, c_next = lstm_cell(params, x, h, c, **config)
    return (h_next, c_next) if x.ndim == 2 else lstm_cell(params, x, None, None, **config)


def batch_added(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """A sample without a batch comes back with one of size 1."""
    return tuple(state.reshape(-1, state.shape[-1]) for state in lstm_cell(params, x, h, c, **config))


def states_repeated(params: Params, x: Any, h: Any, c: Any, **config: Any) -> Any:
    """States of a batch of one are repeated for a batch of any size."""
    if h is not None and c is not None and h.ndim == x.ndim == 2 and h.shape[0] == 1:
        h, c = (state.expand(len(x), -1) for state in (h, c.reshape(-1, c.shape[-1])[:1]))
    return lstm_cell(params, x, h, c, **config)


def computed_in_single_precision(params: dict[str, Array], x: Array, h: Any, c: Any, **config: Any) -> Any:
    """A float64 step is computed in float32 and widened afterwards."""
    narrow = {name: array.astype(np.float32) for name, array in params.items()}
    states = (None if state is None else state.astype(np.float32) for state in (h, c))
    return tuple(array.astype(x.dtype) for array in forward(narrow, x.astype(np.float32), *states, **config))


ORDERS = (("i", "g", "f", "o"), ("i", "o", "f", "g"), ("f", "i", "g", "o"), ("i", "f", "o", "g"))
"""TensorFlow's first cell, ONNX, the textbook, and all sigmoids in front."""

DEFECTS = (
    *(wrong("lstm_cell", function, law="agreement") for function in gate_orders("lstm_cell", ORDERS)),
    *(wrong("lstm_cell", stepping(step), law=law) for step, law in STEPS.items()),
    wrong("lstm_cell", states_exchanged, law="agreement"),
    wrong("lstm_cell", states_returned_exchanged, law="agreement"),
    wrong("lstm_cell", forget_gate_without_bias, law="agreement"),
    wrong("lstm_cell", second_bias_ignored, law="agreement"),
    wrong("lstm_cell", second_bias_not_differentiated, law="vjp"),
    wrong("lstm_cell", rows_interleaved, law="agreement"),
    wrong("lstm_cell", cotangent_of_cell_dropped, law="vjp"),
    wrong("lstm_cell", first_cell_for_all, law="batch_permutes"),
    wrong("lstm_cell", batch_centred, law="batch_is_independent"),
    wrong("lstm_cell", weight_cotangents_averaged, law="batch_adds_up"),
    wrong("lstm_cell", states_need_a_batch, law="unbatched_is_batch_of_one"),
    wrong("lstm_cell", batch_added, law="shape_and_dtype"),
    wrong("lstm_cell", states_repeated, law="rejection"),
    wrong_forward("lstm_cell", computed_in_single_precision, law="agreement", dtypes=("float64",)),
)
