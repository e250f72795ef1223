"""Fixed small cases of every operation, in float64: generic numbers, away from every kink."""

from dataclasses import replace
from typing import Any

import numpy as np

from conformance.case import Case
from conformance.tree import Array, Tree


def values(*shape: int, salt: int = 0) -> Array:
    """Numbers in (-1.6, 1.6), exact in float32, never 0, pairwise distinct up to 101 elements.

    Cubing permutes the residues modulo 101, and unlike a linear formula leaves no two steps alike.
    """
    count = int(np.prod(shape, dtype=int))
    residues = [(i + 17 * salt + 1) ** 3 % 101 for i in range(count)]
    return (np.array(residues, dtype=np.float64).reshape(shape) - 50.25) / 32


def stored(
    operation: str,
    config: dict[str, Any],
    inputs: tuple[Array | None, ...],
    *outputs: tuple[int, ...],
    **params: Array,
) -> Case:
    """A case whose output is one array, or a tuple of arrays, of the shapes `outputs`."""
    cotangents = tuple(values(*shape, salt=5 + number) for number, shape in enumerate(outputs))
    cotangent: Tree = cotangents if len(outputs) > 1 else cotangents[0]
    return Case(
        operation=operation,
        dtype="float64",
        config=config,
        params=params,
        inputs=inputs,
        cotangent=cotangent,
        regime="stored",
    )


def linear(in_features: int, out_features: int, leading: tuple[int, ...], *, bias: bool = True) -> Case:
    """A dense layer on an input with `leading` dimensions before the features."""
    params = {"weight": values(out_features, in_features, salt=1)}
    if bias:
        params["bias"] = values(out_features, salt=2)
    config = {"in_features": in_features, "out_features": out_features, "bias": bias}
    return stored("linear", config, (values(*leading, in_features),), (*leading, out_features), **params)


def conv2d(
    x_shape: tuple[int, ...], weight_shape: tuple[int, ...], y_shape: tuple[int, ...], **options: Any
) -> Case:
    """A convolution with a weight of shape (out_channels, in_channels // groups, *kernel_size)."""
    config = {
        "in_channels": x_shape[-3],
        "out_channels": weight_shape[0],
        "kernel_size": weight_shape[2:],
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "bias": True,
        "padding_mode": "zeros",
        **options,
    }
    params = {"weight": values(*weight_shape, salt=1)}
    if config["bias"]:
        params["bias"] = values(weight_shape[0], salt=2)
    return stored("conv2d", config, (values(*x_shape),), y_shape, **params)


def max_pool2d(x_shape: tuple[int, ...], y_shape: tuple[int, ...], **options: Any) -> Case:
    """A max pool over distinct values."""
    config = {
        "kernel_size": 2,
        "stride": None,
        "padding": 0,
        "dilation": 1,
        "return_indices": False,
        "ceil_mode": False,
        **options,
    }
    case = stored("max_pool2d", config, (values(*x_shape),), y_shape)
    return replace(case, cotangent=(case.cotangent, None)) if config["return_indices"] else case


def avg_pool2d(x_shape: tuple[int, ...], y_shape: tuple[int, ...], **options: Any) -> Case:
    """An average pool."""
    config = {
        "kernel_size": 2,
        "stride": None,
        "padding": 0,
        "ceil_mode": False,
        "count_include_pad": True,
        "divisor_override": None,
        **options,
    }
    return stored("avg_pool2d", config, (values(*x_shape),), y_shape)


def cross_entropy(
    input_shape: tuple[int, ...],
    target: Array,
    loss_shape: tuple[int, ...],
    *,
    weighted: bool = False,
    **options: Any,
) -> Case:
    """A cross-entropy with C classes, C the input's only dimension or its second one."""
    classes = input_shape[0] if len(input_shape) == 1 else input_shape[1]
    config = {"ignore_index": -100, "reduction": "mean", "label_smoothing": 0.0, **options}
    params = {"weight": np.abs(values(classes, salt=1))} if weighted else {}
    return stored("cross_entropy", config, (values(*input_shape), target), loss_shape, **params)


def rnn(x_shape: tuple[int, ...], *, initial: bool = True, **options: Any) -> Case:
    """A recurrent network; h_0 is omitted unless `initial`."""
    config = {
        "input_size": x_shape[-1],
        "hidden_size": 3,
        "num_layers": 1,
        "nonlinearity": "tanh",
        "bias": True,
        "batch_first": False,
        "dropout": 0.0,
        "bidirectional": False,
        **options,
    }
    hidden, layers = config["hidden_size"], config["num_layers"]
    directions = ("", "_reverse") if config["bidirectional"] else ("",)
    params: dict[str, Array] = {}
    for layer in range(layers):
        width = config["input_size"] if layer == 0 else hidden * len(directions)
        for direction in directions:
            salt, suffix = 4 * len(params), f"_l{layer}{direction}"
            params[f"weight_ih{suffix}"] = values(hidden, width, salt=salt)
            params[f"weight_hh{suffix}"] = values(hidden, hidden, salt=salt + 1)
            if config["bias"]:
                params[f"bias_ih{suffix}"] = values(hidden, salt=salt + 2)
                params[f"bias_hh{suffix}"] = values(hidden, salt=salt + 3)
    batch = () if len(x_shape) == 2 else (x_shape[0 if config["batch_first"] else 1],)
    state_shape = (layers * len(directions), *batch, hidden)
    h_0 = values(*state_shape, salt=3) if initial else None
    output_shape = (*x_shape[:-1], hidden * len(directions))
    return stored("rnn", config, (values(*x_shape), h_0), output_shape, state_shape, **params)


def indices(*rows: Any) -> Array:
    """Class indices."""
    return np.array(rows, dtype=np.int64)


STORED_CASES: tuple[Case, ...] = (
    linear(3, 4, (5,)),
    linear(4, 3, (2, 3)),
    linear(3, 2, ()),
    linear(2, 3, (4,), bias=False),
    stored("relu", {}, (values(3, 5),), (3, 5)),
    stored("relu", {}, (-values(),), ()),
    stored("sigmoid", {}, (values(3, 5),), (3, 5)),
    stored("sigmoid", {}, (8 * values(2, 2, 3),), (2, 2, 3)),
    stored("tanh", {}, (values(3, 5),), (3, 5)),
    stored("tanh", {}, (4 * values(2, 2, 3),), (2, 2, 3)),
    stored("softmax", {"dim": 1}, (values(3, 5),), (3, 5)),
    stored("softmax", {"dim": -3}, (4 * values(4, 2, 3),), (4, 2, 3)),
    stored("softmax", {"dim": 0}, (values(),), ()),
    stored("log_softmax", {"dim": 1}, (values(3, 5),), (3, 5)),
    stored("log_softmax", {"dim": -3}, (4 * values(4, 2, 3),), (4, 2, 3)),
    stored("log_softmax", {"dim": 0}, (values(),), ()),
    stored("flatten", {"start_dim": 1, "end_dim": -1}, (values(2, 3, 4),), (2, 12)),
    stored("flatten", {"start_dim": 0, "end_dim": 1}, (values(2, 3, 4),), (6, 4)),
    stored("flatten", {"start_dim": -1, "end_dim": 2}, (values(2, 3, 4),), (2, 3, 4)),
    stored("flatten", {"start_dim": 0, "end_dim": 0}, (values(),), (1,)),
    conv2d((2, 2, 5, 4), (3, 2, 3, 2), (2, 3, 3, 3)),
    conv2d((2, 6, 5), (4, 1, 2, 3), (4, 4, 3), stride=(2, 3), padding=(1, 2), groups=2, bias=False),
    conv2d((1, 2, 7, 6), (2, 2, 3, 2), (1, 2, 3, 4), dilation=2, padding_mode="circular", padding="valid"),
    conv2d((1, 2, 4, 5), (2, 2, 2, 4), (1, 2, 4, 5), padding="same"),
    conv2d((1, 2, 4, 5), (2, 2, 4, 3), (1, 2, 4, 5), padding="same", padding_mode="reflect"),
    conv2d((2, 1, 4, 3), (2, 1, 3, 2), (2, 2, 4, 6), padding=(1, 2), padding_mode="reflect"),
    conv2d((2, 1, 4, 3), (2, 1, 3, 2), (2, 2, 4, 8), padding=(1, 3), padding_mode="circular"),
    conv2d((2, 1, 4, 3), (2, 1, 3, 2), (2, 2, 8, 6), padding=(3, 2), padding_mode="replicate"),
    max_pool2d((2, 2, 4, 6), (2, 2, 2, 3)),
    max_pool2d(
        (2, 8, 6),
        (2, 4, 3),
        kernel_size=(3, 2),
        stride=(2, 1),
        padding=(1, 0),
        dilation=(2, 3),
        ceil_mode=True,
    ),
    max_pool2d((1, 2, 5, 6), (1, 2, 3, 6), kernel_size=3, stride=(2, 1), padding=1, return_indices=True),
    avg_pool2d((2, 2, 4, 6), (2, 2, 2, 3)),
    avg_pool2d(
        (2, 6, 5), (2, 3, 5), kernel_size=(2, 3), stride=(3, 1), padding=(1, 1), count_include_pad=False
    ),
    avg_pool2d((1, 2, 6, 5), (1, 2, 3, 3), kernel_size=3, stride=2, padding=(0, 1), ceil_mode=True),
    avg_pool2d((1, 2, 6, 5), (1, 2, 4, 2), kernel_size=3, stride=(1, 2), divisor_override=4),
    cross_entropy((4, 3), indices(2, 0, 1, 2), ()),
    cross_entropy((3,), indices(1)[0], (), label_smoothing=0.25),
    cross_entropy((4, 3), indices(2, 9, 1, 9), (), weighted=True, ignore_index=9),
    cross_entropy((2, 3, 4), indices((2, 0, 1, 1), (0, 2, 2, 1)), (2, 4), weighted=True, reduction="none"),
    cross_entropy(
        (2, 4, 2, 2),
        indices(((3, 0), (1, 1)), ((2, 2), (0, 3))),
        (),
        weighted=True,
        ignore_index=1,
        label_smoothing=0.5,
    ),
    cross_entropy((4, 3), np.abs(values(4, 3, salt=4)), (), weighted=True, label_smoothing=0.25),
    cross_entropy((2, 3, 4), np.abs(values(2, 3, 4, salt=4)), (2, 4), reduction="none"),
    cross_entropy((3,), np.abs(values(3, salt=4)), (), reduction="sum"),
    stored("mse_loss", {"reduction": "mean"}, (values(3, 4), values(3, 4, salt=1)), ()),
    stored("mse_loss", {"reduction": "sum"}, (values(5), values(5, salt=1)), ()),
    stored("mse_loss", {"reduction": "none"}, (values(2, 1, 3), values(2, 1, 3, salt=1)), (2, 1, 3)),
    rnn((4, 2, 2)),
    rnn((4, 2, 2), initial=False, nonlinearity="relu"),
    rnn((2, 3, 4), batch_first=True, bidirectional=True, initial=False),
    rnn((3, 2, 2), num_layers=2, bidirectional=True),
    rnn((3, 2, 2), num_layers=2, bidirectional=True, nonlinearity="relu", hidden_size=2, bias=False),
    rnn((3, 2), num_layers=2, bias=False),
    rnn((3, 2), batch_first=True, bidirectional=True),
)
