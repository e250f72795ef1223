"""The cases that are timed: one of an ordinary size and one small enough for scalar loops."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..case import Case, flattened
from ..oracle import Oracle
from ..specification import has_derivative
from ..tree import Tree, is_floating


def _case(operation: str, config: Mapping[str, Any], params: Mapping[str, Any], *inputs: Any) -> Case:
    """A float32 case with generic contents; a tuple stands for an array of that shape, also within a mapping."""
    generator = np.random.default_rng(0)

    def array(shape: Any) -> Any:
        if isinstance(shape, tuple):
            return generator.standard_normal(shape).astype(np.float32)
        if isinstance(shape, Mapping):
            return {name: array(part) for name, part in shape.items()}
        return shape

    def cotangent(output: Tree) -> Tree:
        if isinstance(output, tuple):
            return tuple(map(cotangent, output))
        return array(output.shape) if isinstance(output, np.ndarray) and is_floating(output) else None

    given, mappings = flattened([array(shape) for shape in inputs])
    case = Case(
        operation=operation,
        dtype="float32",
        config=config,
        params={name: array(shape) for name, shape in params.items()},
        inputs=given,
        mappings=mappings,
    )
    if not has_derivative(operation):
        return case
    oracle = Oracle(case)
    return oracle.pulled_back(oracle.heard(cotangent(oracle.output)), ()).case


def _rnn(steps: int, batch: int, features: int, hidden: int) -> Case:
    return _case(
        "rnn",
        {
            "input_size": features,
            "hidden_size": hidden,
            "num_layers": 1,
            "nonlinearity": "tanh",
            "bias": True,
            "batch_first": False,
            "dropout": 0.0,
            "bidirectional": False,
            "training": True,
        },
        {
            "weight_ih_l0": (hidden, features),
            "weight_hh_l0": (hidden, hidden),
            "bias_ih_l0": (hidden,),
            "bias_hh_l0": (hidden,),
        },
        (steps, batch, features),
        None,
        None,
    )


def _lstm(steps: int, batch: int, features: int, hidden: int) -> Case:
    return _case(
        "lstm",
        {
            "input_size": features,
            "hidden_size": hidden,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0.0,
            "bidirectional": False,
            "proj_size": 0,
            "training": True,
        },
        {
            "weight_ih_l0": (4 * hidden, features),
            "weight_hh_l0": (4 * hidden, hidden),
            "bias_ih_l0": (4 * hidden,),
            "bias_hh_l0": (4 * hidden,),
        },
        (steps, batch, features),
        None,
        None,
        None,
    )


def _conv2d(batch: int, channels: int, size: int, filters: int, kernel: int) -> Case:
    return _case(
        "conv2d",
        {
            "in_channels": channels,
            "out_channels": filters,
            "kernel_size": kernel,
            "stride": 1,
            "padding": 0,
            "dilation": 1,
            "groups": 1,
            "bias": True,
            "padding_mode": "zeros",
        },
        {"weight": (filters, channels, kernel, kernel), "bias": (filters,)},
        (batch, channels, size, size),
    )


def _cell(name: str, batch: int, features: int, hidden: int, gates: int, **config: str) -> Case:
    params = {
        "weight_ih": (gates * hidden, features),
        "weight_hh": (gates * hidden, hidden),
        "bias_ih": (gates * hidden,),
        "bias_hh": (gates * hidden,),
    }
    states = [(batch, hidden)] * (2 if name == "lstm_cell" else 1)
    sizes = {"input_size": features, "hidden_size": hidden, "bias": True}
    return _case(name, {**sizes, **config}, params, (batch, features), *states)


def _gru(steps: int, batch: int, features: int, hidden: int) -> Case:
    sizes = {"input_size": features, "hidden_size": hidden, "num_layers": 1}
    options = {"bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False, "training": True}
    params = {
        "weight_ih_l0": (3 * hidden, features),
        "weight_hh_l0": (3 * hidden, hidden),
        "bias_ih_l0": (3 * hidden,),
        "bias_hh_l0": (3 * hidden,),
    }
    return _case("gru", {**sizes, **options}, params, (steps, batch, features), None, None)


def _step(name: str, features: int, config: Mapping[str, Any], *parts: str) -> Case:
    """A step of an optimiser on the params of one layer, which has a state of `parts`."""
    params = {"weight": (features, features), "bias": (features,)}
    state = {f"{key}.{part}": _part(part, shape) for key, shape in params.items() for part in parts}
    return _case(name, config, params, params, state)


def _multihead(batch: int, heads: int, positions: int, width: int) -> Case:
    features = heads * width
    return _case(
        "multihead_attention",
        {
            "embed_dim": features,
            "num_heads": heads,
            "dropout": 0.0,
            "bias": True,
            "add_bias_kv": False,
            "add_zero_attn": False,
            "kdim": None,
            "vdim": None,
            "batch_first": True,
            "need_weights": False,
            "average_attn_weights": True,
            "is_causal": False,
        },
        {
            "in_proj_weight": (3 * features, features),
            "in_proj_bias": (3 * features,),
            "out_proj.weight": (features, features),
            "out_proj.bias": (features,),
        },
        *[(batch, positions, features)] * 3,
        None,
        None,
    )


def _part(part: str, shape: tuple[int, ...]) -> Any:
    """A count is a number, and an average of squares not negative."""
    if part == "step":
        return np.array(3.0, np.float32)
    return np.full(shape, 0.5, np.float32) if part.endswith("_sq") else shape


ADAM = {
    "lr": 1e-3,
    "betas": (0.9, 0.999),
    "eps": 1e-8,
    "weight_decay": 1e-2,
    "amsgrad": False,
    "maximize": False,
}
AVERAGES = ("step", "exp_avg", "exp_avg_sq")


def _cases(batch: int, features: int, channels: int, size: int, attended: tuple[int, ...]) -> dict[str, Case]:
    classes = np.arange(batch) % 10
    pool = {"kernel_size": 2, "stride": 2, "padding": 0, "ceil_mode": False}
    image = (batch, channels, size, size)
    return {
        "linear": _case(
            "linear",
            {"in_features": features, "out_features": features, "bias": True},
            {"weight": (features, features), "bias": (features,)},
            (batch, features),
        ),
        "relu": _case("relu", {}, {}, (batch, features)),
        "sigmoid": _case("sigmoid", {}, {}, (batch, features)),
        "tanh": _case("tanh", {}, {}, (batch, features)),
        "softmax": _case("softmax", {"dim": -1}, {}, (batch, features)),
        "log_softmax": _case("log_softmax", {"dim": -1}, {}, (batch, features)),
        "flatten": _case("flatten", {"start_dim": 1, "end_dim": -1}, {}, image),
        "conv2d": _conv2d(batch, 1, size, channels, 5),
        "max_pool2d": _case("max_pool2d", {**pool, "dilation": 1, "return_indices": False}, {}, image),
        "avg_pool2d": _case(
            "avg_pool2d", {**pool, "count_include_pad": True, "divisor_override": None}, {}, image
        ),
        "cross_entropy": _case(
            "cross_entropy",
            {"ignore_index": -100, "reduction": "mean", "label_smoothing": 0.0},
            {},
            (batch, 10),
            classes,
        ),
        "mse_loss": _case("mse_loss", {"reduction": "mean"}, {}, (batch, features), (batch, features)),
        "rnn": _rnn(size, batch, features // 2, features),
        "rnn_cell": _cell("rnn_cell", batch, features // 2, features, 1, nonlinearity="tanh"),
        "lstm": _lstm(size, batch, features // 2, features),
        "lstm_cell": _cell("lstm_cell", batch, features // 2, features, 4),
        "gru": _gru(size, batch, features // 2, features),
        "gru_cell": _cell("gru_cell", batch, features // 2, features, 3),
        "dropout": _case(
            "dropout",
            {"p": 0.5, "training": True},
            {},
            (batch, features),
            np.arange(batch * features).reshape(batch, features) % 3 > 0,
        ),
        "layer_norm": _case(
            "layer_norm",
            {"normalized_shape": features, "eps": 1e-5, "elementwise_affine": True, "bias": True},
            {"weight": (features,), "bias": (features,)},
            (batch, features),
        ),
        "batch_norm": _case(
            "batch_norm",
            {
                "num_features": channels,
                "eps": 1e-5,
                "momentum": 0.1,
                "affine": True,
                "track_running_stats": True,
                "bias": True,
                "training": True,
            },
            {
                **dict.fromkeys(("weight", "bias", "running_mean"), (channels,)),
                "running_var": np.ones(channels, np.float32),
                "num_batches_tracked": np.array(1),
            },
            image,
        ),
        "gelu": _case("gelu", {"approximate": "none"}, {}, (batch, features)),
        "silu": _case("silu", {}, {}, (batch, features)),
        "relu6": _case("relu6", {}, {}, (batch, features)),
        "hardswish": _case("hardswish", {}, {}, (batch, features)),
        "leaky_relu": _case("leaky_relu", {"negative_slope": 0.01}, {}, (batch, features)),
        "add": _case("add", {"alpha": 1}, {}, (batch, features), (batch, features)),
        "sub": _case("sub", {"alpha": 1}, {}, (batch, features), (batch, features)),
        "mul": _case("mul", {}, {}, (batch, features), (batch, features)),
        "mean": _case("mean", {"dim": (-2, -1), "keepdim": False}, {}, image),
        "concat": _case("concat", {"dim": 1}, {}, image, image),
        "matmul": _case("matmul", {}, {}, (batch, features), (features, features)),
        "adaptive_avg_pool2d": _case("adaptive_avg_pool2d", {"output_size": 5}, {}, image),
        "local_response_norm": _case(
            "local_response_norm", {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0}, {}, image
        ),
        "embedding": _case(
            "embedding",
            {
                "num_embeddings": 10,
                "embedding_dim": features,
                "padding_idx": None,
                "max_norm": None,
                "norm_type": 2.0,
                "scale_grad_by_freq": False,
                "sparse": False,
            },
            {"weight": (10, features)},
            classes,
        ),
        "scaled_dot_product_attention": _case(
            "scaled_dot_product_attention",
            {"is_causal": False, "scale": None, "enable_gqa": False},
            {},
            *[attended] * 3,
            None,
        ),
        "multihead_attention": _multihead(*attended),
        "sgd": _step(
            "sgd",
            features,
            {
                "lr": 0.1,
                "momentum": 0.9,
                "dampening": 0.0,
                "weight_decay": 1e-4,
                "nesterov": False,
                "maximize": False,
            },
            "momentum_buffer",
        ),
        "adam": _step("adam", features, {**ADAM, "decoupled_weight_decay": False}, *AVERAGES),
        "adamw": _step("adamw", features, ADAM, *AVERAGES),
        "clip_grad_norm": _case(
            "clip_grad_norm",
            {"max_norm": 1.0, "norm_type": 2.0, "error_if_nonfinite": False},
            {},
            {"weight": (features, features), "bias": (features,)},
        ),
    }


ORDINARY = _cases(batch=32, features=256, channels=30, size=28, attended=(8, 8, 128, 64))
SMALL = _cases(batch=2, features=8, channels=2, size=8, attended=(2, 2, 4, 8))
