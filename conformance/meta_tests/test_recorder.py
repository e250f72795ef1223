"""Recording: on torch's own kernels a recorded graph gives torch's own bits, and the rest is refused.

Every operation of these graphs is evaluated by torch, in the order of the module's own run, so that equality
is exact: whatever differs, the recorder or the graph did.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from inspect import signature
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from conformance.backend import Backend, Declaration, Failure
from conformance.eager import eager_kernel
from conformance.graph import Call, Composed, Graph, Select
from conformance.kernel import Kernel
from conformance.recorder import NotRecordable, record
from conformance.specification import known_warnings, reference_class
from conformance.tree import Array

from .torch_backend import TORCH


class Program(nn.Module):
    """A function as a module; `parts` are its layers, parameters and buffers."""

    def __init__(self, function: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            if isinstance(part, Tensor) and not isinstance(part, nn.Parameter):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(self, *inputs)


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def twice(layer: nn.Module) -> nn.Module:
    return Program(lambda m, x: m.b(torch.tanh(m.a(x))), a=layer, b=layer)


def convolution(**options: Any) -> nn.Module:
    return nn.Conv2d(3, 4, (3, 2), **options)


def overwriting(m: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Every way of writing a sum, a difference or a product to its first operand."""
    z = x * 1
    z += y
    z += 1
    z -= y
    z *= 0.5
    z.add_(y, alpha=3).sub_(x).subtract_(0.1).mul_(y).multiply_(x)
    return z


def in_evaluation(**layers: nn.Module) -> nn.Module:
    """Layers one after the other, their statistics not those that they start with."""
    module = nn.Sequential(OrderedDict(layers))
    for _ in range(2):
        module.double()(IMAGES)
    return module.eval()


def one_layer_with_dropout() -> nn.Module:
    """Torch warns that there is nothing to drop."""
    with pytest.warns(UserWarning, match="num_layers greater than 1"):
        return nn.GRU(4, 3, dropout=0.5)


VECTORS, SEQUENCES, IMAGES = numbers(4, 5), numbers(2, 5, 4), numbers(2, 3, 6, 6)
CLASSES = torch.tensor([1, 0, 4, 2])
TOKENS = torch.tensor([[1, 0, 4], [2, 4, 4]])
NUMPYS_NAME: dict[str, Any] = {"axis": 1}  # torch takes it, its annotations do not

PROGRAMS: dict[str, tuple[nn.Module, tuple[Tensor, ...], tuple[str, ...]]] = {
    "identity": (nn.Identity(), (VECTORS,), ()),
    "functional": (
        Program(
            # Contiguous, as the graph hands it on: of a transposed view torch may sum in another order.
            lambda m, x: F.linear(F.relu(F.linear(x, m.w, m.b)), m.w.t().contiguous()),
            w=nn.Parameter(numbers(3, 5)),
            b=nn.Parameter(numbers(3)),
        ),
        (VECTORS,),
        ("linear", "relu"),
    ),
    "methods": (Program(lambda m, x: x.sigmoid().tanh().relu()), (VECTORS,), ("sigmoid", "tanh", "relu")),
    "shape-dependent view": (
        Program(lambda m, x: m.layer(x.view(x.shape[0], -1)), layer=nn.Linear(108, 2)),
        (IMAGES,),
        ("linear",),
    ),
    "flatten": (nn.Sequential(nn.Flatten(), nn.Linear(108, 2)), (IMAGES,), ("flatten", "linear")),
    "residual": (Program(lambda m, x: m.layer(x) + x, layer=nn.Linear(5, 5)), (VECTORS,), ("linear", "add")),
    "used three times": (
        Program(lambda m, x: (m.layer(x) + x, x.tanh()), layer=nn.Linear(5, 5)),
        (VECTORS,),
        ("linear", "add", "tanh"),
    ),
    "in-place sum": (
        Program(lambda m, x: m.layer(x).add_(x), layer=nn.Linear(5, 5)),
        (VECTORS,),
        ("linear", "add"),
    ),
    "tied layer": (twice(nn.Linear(5, 5)), (VECTORS,), ("linear", "tanh")),
    "chunks": (
        Program(lambda m, x: x.chunk(2, 1)[0].sigmoid() + x.chunk(2, 1)[1].tanh()),
        (numbers(3, 4),),
        ("sigmoid", "tanh", "add"),
    ),
    "unbind": (Program(lambda m, x: tuple(part.relu() for part in x)), (numbers(3, 4),), ("relu",)),
    "index with repeats": (Program(lambda m, x: x[[0, 2, 0]].relu()), (VECTORS,), ("relu",)),
    "expand": (
        Program(lambda m, x: m.p.expand(4, 5).relu(), p=nn.Parameter(numbers(1, 5))),
        (VECTORS,),
        ("relu",),
    ),
    "permute": (
        Program(
            lambda m, x: m.layer(x.permute(1, 0, 2).transpose(0, 1)).unsqueeze(1).squeeze(1),
            layer=nn.Linear(4, 3),
        ),
        (SEQUENCES,),
        ("linear",),
    ),
    "in-place relu": (
        nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(32, 2)),
        (IMAGES,),
        ("conv2d", "relu", "flatten", "linear"),
    ),
    "dropout in evaluation": (
        nn.Sequential(nn.Linear(5, 2), nn.Dropout(0.5)).eval(),
        (VECTORS,),
        ("linear",),
    ),
    "made constants": (
        Program(lambda m, x: F.relu(x) + torch.ones(4, 5, dtype=x.dtype)),
        (VECTORS,),
        ("relu", "add"),
    ),
    "nested output": (Program(lambda m, x: [x.relu(), (x.tanh(), x)]), (VECTORS,), ("relu", "tanh")),
    "unused work": (
        Program(
            lambda m, x: (x.mean(), m.other(x), m.layer(x))[2], layer=nn.Linear(5, 2), other=nn.Linear(5, 2)
        ),
        (VECTORS,),
        ("linear",),
    ),
    "activations": (
        Program(
            lambda m, x: (
                (F.silu(x), F.gelu(x), m.gelu(x), F.hardswish(x), F.leaky_relu(x, 0.2)),
                (F.relu6(x), m.relu6(x), F.hardtanh(x, 0, 6)),
            ),
            gelu=nn.GELU(approximate="tanh"),
            relu6=nn.ReLU6(),
        ),
        (5 * VECTORS,),
        ("silu", "gelu", "hardswish", "leaky_relu", "relu6"),
    ),
    "in-place activations": (
        Program(
            lambda m, x: tuple(
                overwrite(3 * x)
                for overwrite in (
                    nn.SiLU(inplace=True),
                    nn.Hardswish(inplace=True),
                    nn.LeakyReLU(0.2, inplace=True),
                    nn.ReLU6(inplace=True),
                    lambda y: F.leaky_relu_(y, 0.3),
                    lambda y: F.hardtanh_(y, 0.0, 6.0),
                    torch.sigmoid_,
                    torch.Tensor.tanh_,
                )
            )
        ),
        (VECTORS,),
        ("mul", "silu", "hardswish", "leaky_relu", "relu6", "sigmoid", "tanh"),
    ),
    "arithmetic": (
        Program(
            lambda m, x, y: (
                (x + y, x.add(y, alpha=0.3), torch.add(y, x, alpha=-2), m.p + x),
                (x - y, x.sub(y, alpha=0.3), torch.subtract(y, x), torch.rsub(x, y)),
                (x * y, m.p * x, torch.multiply(y, x), x * torch.ones(3, 1, 1, dtype=x.dtype)),
            ),
            p=nn.Parameter(numbers(3, 1, 1)),
        ),
        (VECTORS, numbers(5)),
        ("add", "sub", "mul"),
    ),
    "arithmetic with numbers": (
        Program(
            lambda m, x: (
                (x + 1, 0.1 + x, torch.add(x, 0.1, alpha=3), torch.add(2, x)),
                (x - 0.3, 1 - x, torch.rsub(x, 1, alpha=2)),
                (x * 0.7, 2 * x, x * True),
            )
        ),
        (VECTORS,),
        ("add", "sub", "mul"),
    ),
    "in-place arithmetic": (Program(overwriting), (VECTORS, numbers(5)), ("mul", "add", "sub")),
    "joined tensors": (
        Program(
            lambda m, x, y, z: (
                (
                    torch.cat([x, y]),
                    torch.concat((y, x, x), dim=-1),
                    torch.concatenate([x, m.p], 1),
                ),
                (torch.cat([x]), torch.hstack((x, y)), torch.hstack([z, z]), torch.vstack([x, y])),
                torch.cat([torch.zeros(0, dtype=x.dtype), x], 1),
                (torch.stack([x, y]), torch.stack((z, z), dim=-1), torch.stack([z, x[0]], **NUMPYS_NAME)),
            ),
            p=nn.Parameter(numbers(4, 2)),
        ),
        (VECTORS, numbers(4, 5, seed=1), numbers(5)),
        ("concat",),
    ),
    "products": (
        Program(
            lambda m, x, y, z: (
                (x @ m.p, torch.matmul(z, x[0]), x.matmul(other=m.p), m.p.__rmatmul__(x)),
                (x.mm(m.p), torch.mm(x, mat2=m.p), torch.bmm(y, y.mT), y @ m.p, torch.linalg.matmul(x, m.p)),
                (x.mv(z), torch.dot(z, x[0])),
            ),
            p=nn.Parameter(numbers(5, 2)),
        ),
        (VECTORS, numbers(3, 4, 5), numbers(5)),
        ("matmul",),
    ),
    "layer norm": (
        nn.Sequential(
            nn.LayerNorm([3, 6, 6], elementwise_affine=False),
            nn.LayerNorm(6, eps=0.1, bias=False),
            nn.LayerNorm([6, 6]),
        ),
        (IMAGES,),
        ("layer_norm",),
    ),
    "adaptive pooling": (
        Program(
            lambda m, x: (
                F.adaptive_avg_pool2d(x, 4),
                F.adaptive_avg_pool2d(x, (None, 4)),
                F.adaptive_avg_pool2d(x, (2, 3)),
                nn.AdaptiveAvgPool2d((1, 2))(x),
            )
        ),
        (IMAGES,),
        ("adaptive_avg_pool2d",),
    ),
    "local response norm": (
        nn.Sequential(nn.LocalResponseNorm(2), nn.LocalResponseNorm(3, alpha=0.1, beta=0.5, k=2)),
        (IMAGES,),
        ("local_response_norm",),
    ),
    "cells": (
        Program(
            lambda m, x, h, c: (
                m.tanh(x, h),
                m.relu(x),
                m.lstm(x),
                m.lstm(x, (h, c)),
                m.gru(x, c),
                m.gru(x[0]),
            ),
            tanh=nn.RNNCell(5, 3),
            relu=nn.RNNCell(5, 3, bias=False, nonlinearity="relu"),
            lstm=nn.LSTMCell(5, 3),
            gru=nn.GRUCell(5, 3, bias=False),
        ),
        (VECTORS, numbers(4, 3), numbers(4, 3, seed=1)),
        ("rnn_cell", "lstm_cell", "gru_cell"),
    ),
    "rnn": (nn.RNN(4, 3, 2, batch_first=True, bidirectional=True), (SEQUENCES,), ("rnn",)),
    "rnn without batch": (nn.RNN(4, 3, nonlinearity="relu", bias=False), (SEQUENCES[0],), ("rnn",)),
    "rnn with a state": (nn.RNN(4, 3), (SEQUENCES, numbers(1, 5, 3)), ("rnn",)),
    "last state": (
        Program(
            lambda m, x: m.out(m.rnn(x)[0][:, -1]), rnn=nn.RNN(4, 3, batch_first=True), out=nn.Linear(3, 2)
        ),
        (SEQUENCES,),
        ("rnn", "linear"),
    ),
    "lstm": (nn.LSTM(4, 3, 2, batch_first=True, bidirectional=True, proj_size=2), (SEQUENCES,), ("lstm",)),
    "lstm without batch": (nn.LSTM(4, 3, bias=False), (SEQUENCES[0],), ("lstm",)),
    "lstm with states": (
        Program(lambda m, x, h, c: m.layer(x, (h, c)), layer=nn.LSTM(4, 3, proj_size=1, bias=False)),
        (SEQUENCES, numbers(1, 5, 1), numbers(1, 5, 3)),
        ("lstm",),
    ),
    "gru": (nn.GRU(4, 3, 2, bidirectional=True), (SEQUENCES,), ("gru",)),
    "gru with a state": (nn.GRU(4, 3, bias=False), (SEQUENCES, numbers(1, 5, 3)), ("gru",)),
    "dropout behind the last layer": (one_layer_with_dropout(), (SEQUENCES,), ("gru",)),
    "embedding": (
        Program(
            lambda m, t: (m.plain(t), m.padded(t), m.scaled(t), m.plain(torch.arange(3)), m.rows(t)),
            plain=nn.Embedding(5, 2),
            padded=nn.Embedding(5, 3, padding_idx=-1),
            scaled=nn.Embedding(5, 3, scale_grad_by_freq=True),
            rows=Program(lambda m, t: torch.embedding(m.w, t, 4), w=nn.Parameter(numbers(5, 2))),
        ),
        (TOKENS,),
        ("embedding",),
    ),
    "next tokens": (
        Program(
            lambda m, t: (
                F.cross_entropy(m.table(t[:, :-1]).flatten(0, 1), t[:, 1:].flatten()),
                F.cross_entropy(m.table(t[:, :-1]).view(-1, 5), t[:, 1:].reshape(-1)),
                F.cross_entropy(m.table(t[:, :-1]).transpose(1, 2), t[:, 1:]),
                F.softmax(m.table(t), 0),
                F.log_softmax(m.table(t), dim=1),
            ),
            table=nn.Embedding(5, 5),
        ),
        (TOKENS,),
        ("embedding", "flatten", "cross_entropy", "softmax", "log_softmax"),
    ),
    "averages": (
        Program(lambda m, x: (x.mean(), x.mean(1, True), x.mean((0, -1)), x.mean(axis=2, keepdims=True))),
        (SEQUENCES,),
        ("mean",),
    ),
    "batch norm in evaluation": (
        in_evaluation(
            plain=nn.BatchNorm2d(3),
            bare=nn.BatchNorm2d(3, affine=False, momentum=None),
            own=nn.BatchNorm2d(3, track_running_stats=False, eps=0.1),
            two=nn.Flatten(2),
            line=nn.BatchNorm1d(3, bias=False),
        ),
        (IMAGES,),
        ("batch_norm", "flatten"),
    ),
    "batch norm of a function": (
        Program(
            lambda m, x: (
                F.batch_norm(x, None, None, training=True),
                F.batch_norm(x, torch.zeros(3, dtype=x.dtype), torch.ones(3, dtype=x.dtype), training=True),
                F.batch_norm(x, m.mean, m.mean * m.mean, m.weight, eps=0.3),
                torch.batch_norm(x, m.weight, m.weight, None, None, True, 0.1, 0.2, False),
            ),
            mean=numbers(3),
            weight=nn.Parameter(numbers(3, seed=1)),
        ),
        (IMAGES,),
        ("batch_norm", "mul"),
    ),
    "max pooling": (nn.MaxPool2d(2, stride=1, ceil_mode=True), (IMAGES,), ("max_pool2d",)),
    "pooling with indices": (nn.MaxPool2d(2, return_indices=True), (IMAGES,), ("max_pool2d",)),
    "average pooling": (nn.AvgPool2d(2, padding=1, count_include_pad=False), (IMAGES,), ("avg_pool2d",)),
    "softmax": (
        Program(lambda m, x: (F.softmax(x, -1), F.log_softmax(x, 0))),
        (VECTORS,),
        ("softmax", "log_softmax"),
    ),
    "cross-entropy": (
        Program(
            lambda m, x, t: m.loss(x, t), loss=nn.CrossEntropyLoss(numbers(5).abs(), label_smoothing=0.1)
        ),
        (VECTORS, CLASSES),
        ("cross_entropy",),
    ),
    "mean squared error": (nn.MSELoss(), (VECTORS, VECTORS.flip(0)), ("mse_loss",)),
    **{
        f"convolution, {mode}, {padding}": (
            convolution(padding=padding, padding_mode=mode),
            (IMAGES,),
            ("conv2d",),
        )
        for mode in ("zeros", "reflect", "replicate", "circular")
        for padding in (1, "same", (0, 2))
    },
    "grouped convolution": (
        nn.Conv2d(3, 6, 2, stride=(2, 1), groups=3, dilation=2, bias=False),
        (IMAGES,),
        ("conv2d",),
    ),
}


def arrays(value: Any) -> Any:
    """Tensors in nested tuples as arrays."""
    if isinstance(value, (tuple, list)):
        return tuple(arrays(part) for part in value)
    return value.detach().numpy()


def flat(value: Any) -> list[Any]:
    return [leaf for part in value for leaf in flat(part)] if isinstance(value, (tuple, list)) else [value]


def state(module: nn.Module) -> dict[str, Array]:
    return {
        name: tensor.detach().numpy().copy()
        for name, tensor in (
            *module.named_parameters(remove_duplicate=False),
            *module.named_buffers(remove_duplicate=False),
        )
    }


def kernel_of(graph: Graph, backend: Backend = TORCH) -> Composed:
    kernel = graph.kernel(backend)
    assert isinstance(kernel, Composed)
    return kernel


def vjp(kernel: Kernel, params: dict[str, Array], inputs: list[Array]) -> Any:
    assert kernel.vjp is not None
    return kernel.vjp(params, *inputs)


def shaped(like: Any, leaves: Iterator[Tensor | None]) -> Any:
    """Leaves nested as `like`."""
    if isinstance(like, (tuple, list)):
        return tuple(shaped(part, leaves) for part in like)
    leaf = next(leaves)
    return None if leaf is None else leaf.numpy()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_recorded_graph_gives_the_modules_own_bits(name: str) -> None:
    """Output and all cotangents of the graph on torch's kernels are those of the module, bit for bit."""
    program, inputs, operations = PROGRAMS[name]
    program = program.double()
    graph = record(program, inputs)
    assert graph.operations == operations
    given = [x.detach().clone().requires_grad_(x.is_floating_point()) for x in inputs]
    with known_warnings():
        expected = program(*given)
    kernel = kernel_of(graph)
    output, pullback = vjp(kernel, state(program), [x.detach().numpy() for x in given])
    assert kernel.forward is not None
    again = kernel.forward(state(program), *[x.detach().numpy() for x in given])
    # Whether a weight requires a gradient decides how torch multiplies by it, and so its last bits.
    plain = deepcopy(program).requires_grad_(False)(*inputs)
    for got, want in zip((*flat(output), *flat(again)), flat(arrays((expected, plain))), strict=True):
        np.testing.assert_array_equal(got, want, strict=True)

    weights = [numbers(*leaf.shape, seed=1) if leaf.is_floating_point() else None for leaf in flat(expected)]
    wanted = [*program.parameters(), *(x for x in given if x.requires_grad)]
    pairs = [(leaf, g) for leaf, g in zip(flat(expected), weights, strict=True) if leaf.requires_grad]
    leaves, cotangents = [leaf for leaf, _ in pairs], [g for _, g in pairs]
    found = torch.autograd.grad(leaves, wanted, cotangents, materialize_grads=True)
    gradients = {id(tensor): g.numpy() for tensor, g in zip(wanted, found, strict=True)}
    params, pulled = pullback(shaped(expected, iter(weights)))
    for key, parameter in program.named_parameters(remove_duplicate=False):
        np.testing.assert_array_equal(params[key], gradients[id(parameter)], strict=True)
    assert all(params[key] is None for key, _ in program.named_buffers())
    for x, cotangent in zip(given, pulled, strict=True):
        if x.requires_grad:
            np.testing.assert_array_equal(cotangent, gradients[id(x)], strict=True)
        else:
            assert cotangent is None


LINE = "test_recorder.py:"


def alias(m: Any, x: Tensor) -> Tensor:
    hidden: Tensor = m.layer(x)
    view = hidden.view(-1)
    F.relu_(hidden)
    return view


def assigned(m: Any, x: Tensor) -> Tensor:
    y: Tensor = x.relu()
    y[0] = 0
    return y


def averaged(m: Any, x: Tensor) -> Tensor:
    m.mean = 0.9 * m.mean + 0.1 * x.mean(0)
    y: Tensor = x - m.mean
    return y


def old_statistics(m: Any, x: Tensor) -> Tensor:
    view = m.norm.running_mean[:]
    y: Tensor = m.norm(x) + view
    return y


def without_gradients(m: Any, x: Tensor) -> Tensor:
    with torch.no_grad():
        y: Tensor = x.relu()
        return y


OUTSIDE = numbers(4, 5)

REFUSED: dict[str, tuple[nn.Module, tuple[Tensor, ...], str]] = {
    "a branch": (
        Program(lambda m, x: x.relu() if x.max() > 0 else x),
        (VECTORS,),
        "torch.Tensor.__bool__: one run cannot record what depends on data, .*" + LINE,
    ),
    "item": (Program(lambda m, x: x.relu() * x[0, 0].item()), (VECTORS,), "torch.Tensor.item: .*" + LINE),
    "an int": (Program(lambda m, x: x[int(x.argmax())]), (VECTORS,), "torch.Tensor.__int__: .*" + LINE),
    "a mask": (Program(lambda m, x: x[x > 0]), (VECTORS,), "torch.Tensor.gt is outside .*" + LINE),
    "an index input": (
        Program(lambda m, x, t: x[t]),
        (VECTORS, CLASSES),
        "an index that depends on data, .*" + LINE,
    ),
    "a product": (
        Program(lambda m, x: torch.outer(x[0], m.w), w=nn.Parameter(numbers(5))),
        (VECTORS,),
        "torch.outer is outside the specification, .*" + LINE,
    ),
    "joined integers": (
        Program(lambda m, x, t: (x.relu(), torch.cat([t, t]))),
        (VECTORS, CLASSES),
        "torch.cat: tensors that are not floating .*" + LINE,
    ),
    "joined dtypes": (
        Program(lambda m, x: torch.cat([x, torch.ones(4, 1, dtype=torch.float32)], 1)),
        (VECTORS,),
        "torch.cat: what converts one dtype .*" + LINE,
    ),
    "vectors stacked as rows": (
        Program(lambda m, x: torch.vstack([x[0], x[1]])),
        (VECTORS,),
        "torch.vstack: tensors that get a dimension .*" + LINE,
    ),
    "a sum of integers": (
        Program(lambda m, x, t: (x.relu(), t + 1)),
        (VECTORS, CLASSES),
        "torch.Tensor.add: arithmetic of integers .*" + LINE,
    ),
    "a product of two dtypes": (
        Program(lambda m, x: x * torch.ones(4, 1, dtype=torch.float32)),
        (VECTORS,),
        "torch.Tensor.mul: arithmetic that converts .*" + LINE,
    ),
    "a complex number": (
        Program(lambda m, x: x * 1j),
        (VECTORS,),
        "arithmetic with a complex .*" + LINE,
    ),
    "a sum with a place for it": (
        Program(lambda m, x: torch.add(x, x, out=torch.zeros(4, 5, dtype=x.dtype))),
        (VECTORS,),
        "its arguments are not understood .*" + LINE,
    ),
    "a quotient": (Program(lambda m, x: x / 2), (VECTORS,), "torch.Tensor.div is outside .*" + LINE),
    "a hardtanh": (nn.Hardtanh(), (VECTORS,), "hardtanh from -1.0 to 1.0 is outside the specification"),
    "a bias alone": (
        Program(lambda m, x: F.layer_norm(x, (5,), None, m.b), b=nn.Parameter(numbers(5))),
        (VECTORS,),
        "layer_norm: a bias without a weight .*" + LINE,
    ),
    "one bias of two": (
        Program(
            lambda m, x: torch.gru_cell(x, x, m.w, m.w, m.b),
            w=nn.Parameter(numbers(15, 5)),
            b=nn.Parameter(numbers(15)),
        ),
        (VECTORS,),
        "gru_cell: one bias of two .*" + LINE,
    ),
    "a layer": (
        nn.Sequential(nn.Conv2d(3, 3, 1), nn.InstanceNorm2d(3)).eval(),
        (IMAGES,),
        "instance_norm is outside the specification, .*InstanceNorm2d '1'",
    ),
    "statistics that are an input": (
        Program(lambda m, x, mean: F.batch_norm(x, mean, torch.ones(5, dtype=x.dtype), training=True)),
        (VECTORS, numbers(5)),
        "batch_norm overwrites an input or a parameter, .*" + LINE,
    ),
    "statistics that are a parameter": (
        Program(
            lambda m, x: F.batch_norm(x, m.mean, torch.ones(5, dtype=x.dtype), training=True),
            mean=nn.Parameter(numbers(5)),
        ),
        (VECTORS,),
        "batch_norm overwrites an input or a parameter, .*" + LINE,
    ),
    "one statistic": (
        Program(lambda m, x: F.batch_norm(x, m.mean, None, training=True), mean=numbers(5)),
        (VECTORS,),
        "batch_norm: one running statistic of two .*" + LINE,
    ),
    "a bias of channels alone": (
        Program(lambda m, x: F.batch_norm(x, None, None, None, m.b, True), b=nn.Parameter(numbers(5))),
        (VECTORS,),
        "batch_norm: a bias without a weight .*" + LINE,
    ),
    "an old view of a statistic": (
        Program(old_statistics, norm=nn.BatchNorm1d(5)),
        (VECTORS,),
        "memory was overwritten by .*" + LINE,
    ),
    "a count of one's own": (
        Program(lambda m, x: (x.relu(), m.count.add_(1))[0], count=torch.tensor(0)),
        (VECTORS,),
        "torch.Tensor.add_ overwrites an input or a parameter, .*" + LINE,
    ),
    "a count that is looked at": (
        Program(lambda m, x: m.norm(x) * float(m.norm.num_batches_tracked), norm=nn.BatchNorm1d(5)),
        (VECTORS,),
        "torch.Tensor.__float__: one run cannot record what depends on data, .*" + LINE,
    ),
    "a state of one's own": (
        nn.Sequential(nn.Linear(5, 5), Program(averaged, mean=torch.zeros(5))),
        (VECTORS,),
        r"the module replaces its buffer 1\.mean: state that a run leaves behind is outside",
    ),
    "dropout between layers": (
        nn.LSTM(4, 3, 2, dropout=0.5),
        (SEQUENCES,),
        "torch.lstm: dropout in training draws random numbers",
    ),
    "packed sequences": (
        Program(lambda m, x: m.layer(pack_padded_sequence(x, [2, 2, 2, 1, 1]))[1][0], layer=nn.LSTM(4, 3)),
        (SEQUENCES,),
        "_pack_padded_sequence is outside the specification, .*" + LINE,
    ),
    "a packed sequence": (
        Program(lambda m, x: m.layer(PackedSequence(x, torch.tensor([2, 2])))[1], layer=nn.GRU(4, 3)),
        (numbers(4, 4),),
        "torch.gru: packed sequences are outside the specification, .*" + LINE,
    ),
    "a packed sequence for an LSTM": (
        Program(lambda m, x: m.layer(PackedSequence(x, torch.tensor([2, 2])))[1], layer=nn.LSTM(4, 3)),
        (numbers(4, 4),),
        "torch.lstm: packed sequences are outside the specification, .*" + LINE,
    ),
    "rows that are shortened": (
        nn.Embedding(5, 2, max_norm=1.0),
        (CLASSES,),
        "embedding: max_norm changes the weight in place; only None is supported",
    ),
    "a sparse gradient": (
        nn.Embedding(5, 2, sparse=True),
        (CLASSES,),
        "embedding: a sparse gradient is no array",
    ),
    "an average in another dtype": (
        Program(lambda m, x: x.mean(1, dtype=torch.float32)),
        (VECTORS,),
        "torch.Tensor.mean: dtype is given, .*" + LINE,
    ),
    "dropout": (nn.Dropout(0.5), (VECTORS,), "draws random numbers"),
    "random numbers": (
        Program(lambda m, x: x + torch.randn(4, 5, dtype=x.dtype)),
        (VECTORS,),
        "torch.randn draws random numbers, .*" + LINE,
    ),
    "a tensor from outside": (
        Program(lambda m, x: x + OUTSIDE),
        (VECTORS,),
        "no input, parameter or buffer .*" + LINE,
    ),
    "no gradients": (Program(without_gradients), (VECTORS,), "gradients are switched off .*" + LINE),
    "detach": (Program(lambda m, x: x.detach().relu()), (VECTORS,), "torch.Tensor.detach is outside"),
    "an assignment": (Program(assigned), (VECTORS,), "__setitem__ is outside .*" + LINE),
    "an overwritten alias": (
        Program(alias, layer=nn.Linear(5, 5)),
        (VECTORS,),
        "memory was overwritten by .*" + LINE,
    ),
    "an overwritten input": (nn.ReLU(inplace=True), (VECTORS,), "overwrites an input"),
    "an option without a place": (
        Program(lambda m, x: F.softmax(x, -1, dtype=torch.float64)),
        (VECTORS,),
        "softmax: dtype is given, .*" + LINE,
    ),
    "legacy reductions": (
        Program(lambda m, x, t: F.cross_entropy(x, t, reduce=False)),
        (VECTORS, CLASSES),
        "size_average and reduce",
    ),
    "class weights that are trained": (
        Program(lambda m, x, t: F.cross_entropy(x, t, m.w), w=nn.Parameter(numbers(5))),
        (VECTORS, CLASSES),
        "class weights that are trained",
    ),
    "another dtype": (Program(lambda m, x: x.float().double()), (VECTORS,), "torch.Tensor.float is outside"),
    "the same memory as integers": (
        Program(lambda m, x: x.view(torch.int64)),
        (VECTORS,),
        "as another dtype",
    ),
    "padding alone": (
        Program(lambda m, x: F.pad(x, (1, 1)).relu()),
        (IMAGES,),
        "torch.nn.functional.pad is outside",
    ),
    "a constant result": (Program(lambda m, x: torch.ones(3)), (VECTORS,), "does not depend on its inputs"),
    "no tensor": (Program(lambda m, x: 3), (VECTORS,), "returned a int"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_one_run_cannot_tell_is_refused_with_its_line(name: str) -> None:
    """The message names the function, and the user's line or torch's layer."""
    program, inputs, message = REFUSED[name]
    program = program.double()
    before = state(program)
    with pytest.raises(NotRecordable, match=message):
        record(program, inputs)
    for key, array in state(program).items():
        np.testing.assert_array_equal(array, before[key], err_msg=f"{key} was changed by recording")


def normalised(**options: Any) -> nn.Module:
    """A batch norm that is used twice, another one, and a buffer that stays."""
    return Program(
        lambda m, x: m.b(F.relu(m.a(m.a(x) * m.c))),
        a=nn.BatchNorm2d(3, **options),
        b=nn.BatchNorm2d(3, momentum=0.7, affine=False),
        c=torch.tensor(2.0),
    ).double()


@pytest.mark.parametrize("momentum", [0.1, None])
def test_running_statistics_are_updates_of_the_graph(momentum: float | None) -> None:
    """In training the new statistics are outputs, those of a layer used twice have been updated twice."""
    module = normalised(momentum=momentum)
    with torch.no_grad():
        module(numbers(4, 3, 2, 2))
    before = state(module)
    graph = record(module, [IMAGES])
    assert all(np.array_equal(array, before[name]) for name, array in state(module).items())
    assert list(graph.updates) == [f"{layer}.{name}" for layer in "ab" for name in STATISTICS]

    norm, relu = eager_kernel("batch_norm").forward, eager_kernel("relu").forward
    assert norm is not None
    assert relu is not None

    def normalise(x: Array, layer: str, statistics: Sequence[Array] = (), **options: Any) -> Any:
        params = {key[2:]: array for key, array in before.items() if key.startswith(layer)}
        params.update(zip(STATISTICS, statistics, strict=False))
        config = {"num_features": 3, "eps": 1e-5, "affine": True, "bias": True, **options}
        return norm(params, x, **config, track_running_stats=True, training=True)

    once, *statistics = normalise(IMAGES.numpy(), "a", momentum=momentum)
    twice, *of_a = normalise(once * before["c"], "a", statistics, momentum=momentum)
    expected, *of_b = normalise(relu({}, twice), "b", momentum=0.7, affine=False)

    kernel = kernel_of(graph.with_updates())
    output, pullback = vjp(kernel, before, [IMAGES.numpy()])
    assert kernel.forward is not None
    for given in (output, kernel.forward(before, IMAGES.numpy())):
        for array, want in zip(given, (expected, *of_a, *of_b), strict=True):
            np.testing.assert_array_equal(array, want, strict=True)
    # Torch counts as the graph does, and no cotangent of a statistic goes anywhere.
    module(IMAGES)
    assert [state(module)[f"{layer}.num_batches_tracked"] for layer in "ab"] == [of_a[2], of_b[2]]
    nothing = pullback(tuple(None if array.dtype.kind == "i" else np.ones_like(array) for array in output))
    zeros = pullback((np.ones_like(expected), *(None if a.dtype.kind == "i" else 0 * a for a in output[1:])))
    for name, parameter in module.named_parameters():
        assert zeros[0][name].shape == parameter.shape
        np.testing.assert_array_equal(nothing[0][name], zeros[0][name])


def test_a_graph_without_updates_is_itself() -> None:
    """In evaluation nothing is overwritten: asked for by the recording, and every part is in its mode again."""
    module = normalised()
    module.get_submodule("b").eval()
    graph = record(module, [IMAGES], evaluation=True)
    assert not graph.updates
    assert graph.with_updates() is graph
    assert [part.training for part in module.modules()] == [True, True, False]
    assert set(record(module, [IMAGES]).updates) == {f"a.{name}" for name in STATISTICS}


STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def test_every_option_arrives() -> None:
    """The config of a recorded operation is complete: its names are those of the reference's constructor."""
    programs = [*(PROGRAMS[name] for name in PROGRAMS)]
    for program, inputs, _ in programs:
        for node in record(program.double(), inputs).nodes:
            if isinstance(node, Call):
                weights = {"weight"} if node.operation == "cross_entropy" else set()
                expected = set(signature(reference_class(node.operation)).parameters) - weights
                assert set(node.config) == expected, node.operation


def test_an_option_is_recorded_as_it_is_written() -> None:
    """Options that are not the defaults come through, pairs as pairs."""
    layer = nn.Conv2d(
        4, 6, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2), groups=2, padding_mode="circular"
    )
    (node,) = record(layer.double(), [numbers(1, 4, 7, 7)]).nodes
    assert isinstance(node, Call)
    assert node.config == {
        "in_channels": 4,
        "out_channels": 6,
        "kernel_size": (3, 2),
        "stride": (2, 1),
        "padding": (1, 1),
        "dilation": (1, 2),
        "groups": 2,
        "bias": True,
        "padding_mode": "circular",
    }


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_number_has_all_digits_of_the_dtype_that_runs(dtype: torch.dtype) -> None:
    """As torch does, the graph rounds 0.1 to the dtype of the tensor beside it, whichever was recorded."""

    def scaled(x: Tensor) -> Tensor:
        return torch.add(1 - x * 0.1, 0.7, alpha=3)

    for recorded in (torch.float32, torch.float64):
        graph = record(Program(lambda m, x: scaled(x)), [VECTORS.to(recorded)])
        assert all(constant.shape == () for constant in graph.constants.values())
        x = VECTORS.to(dtype)
        forward = kernel_of(graph).forward
        assert forward is not None
        np.testing.assert_array_equal(forward({}, x.numpy()), scaled(x).numpy(), strict=True)


def test_recording_changes_neither_module_nor_inputs() -> None:
    """A module that overwrites its own intermediate results leaves everything given as it was."""
    program, (x,), _ = PROGRAMS["in-place relu"]
    program, kept = program.double(), x.clone()
    before = state(program)
    record(program, [x])
    assert torch.equal(x, kept)
    for key, array in state(program).items():
        np.testing.assert_array_equal(array, before[key])


def test_a_graph_is_pure() -> None:
    """Results share no memory with arguments or with each other, also where glue passes a cotangent on."""
    program, (x,), _ = PROGRAMS["used three times"]
    params, inputs = state(program.double()), [x.numpy()]
    (left, right), pullback = vjp(kernel_of(record(program, [x])), params, inputs)
    g = (np.ones_like(left), np.ones_like(right))
    found, (dx,) = pullback(g)
    results = [left, right, dx, *found.values()]
    given = [*params.values(), *inputs, *g]
    for i, result in enumerate(results):
        assert not any(np.shares_memory(result, other) for other in (*given, *results[:i]))
    left[...] = right[...] = np.nan
    np.testing.assert_array_equal(pullback(g)[1][0], dx, err_msg="an overwritten output reached the pullback")


def test_an_identity_returns_copies() -> None:
    """Where a model does nothing, output and cotangent are still its own."""
    kernel = kernel_of(record(nn.Identity(), [VECTORS]))
    x, g = VECTORS.numpy().copy(), np.ones((4, 5))
    output, pullback = vjp(kernel, {}, [x])
    assert not np.shares_memory(output, x)
    assert not np.shares_memory(pullback(g)[1][0], g)


def test_flattening_what_is_flat_is_no_operation() -> None:
    """Torch returns its argument then; what has more dimensions is flattened by the backend."""
    program = Program(lambda m, x: torch.relu(x.flatten(1)))
    for x, operations in ((VECTORS, ["relu"]), (IMAGES, ["flatten", "relu"])):
        nodes = record(program, [x]).nodes
        assert [node.operation for node in nodes if isinstance(node, Call)] == operations
        assert len(nodes) == len(operations)


def test_tied_parameters_must_agree() -> None:
    """Two names of one parameter with two values are refused."""
    program = twice(nn.Linear(5, 5)).double()
    params = state(program)
    kernel = kernel_of(record(program, [VECTORS]))
    params["b.weight"] = params["b.weight"] + 1
    with pytest.raises(ValueError, match="tied"):
        vjp(kernel, params, [VECTORS.numpy()])


def test_a_graph_is_for_its_shapes_and_names() -> None:
    """Other shapes, other names or options are refused."""
    graph = record(nn.Linear(5, 2).double(), [VECTORS])
    kernel, params = kernel_of(graph), state(nn.Linear(5, 2).double())
    with pytest.raises(ValueError, match="recorded were"):
        vjp(kernel, params, [VECTORS.numpy()[:2]])
    with pytest.raises(ValueError, match="bias"):
        vjp(kernel, {"weight": params["weight"]}, [VECTORS.numpy()])
    assert kernel.forward is not None
    with pytest.raises(ValueError, match="no options"):
        kernel.forward(params, VECTORS.numpy(), training=True)


def test_what_a_backend_lacks_is_named() -> None:
    """A missing kernel is refused by name, a broken one is an error, one without vjp takes the model's."""
    graph = record(nn.Sequential(nn.Linear(5, 2), nn.Tanh(), nn.Sigmoid()).double(), [VECTORS])
    params = state(nn.Sequential(nn.Linear(5, 2)).double())
    linear = eager_kernel("linear")

    def backend(**kernels: Kernel | Failure) -> Backend:
        return Backend(declaration=Declaration(name="partial"), address="", kernels=kernels)

    with pytest.raises(NotImplementedError, match="needs tanh, sigmoid: partial has no kernel"):
        vjp(kernel_of(graph, backend(linear=linear)), params, [VECTORS.numpy()])
    failure = graph.kernel(backend(linear=linear, tanh=Failure("tanh.py does not import")), "net")
    assert failure == Failure("net needs tanh: tanh.py does not import")
    blind = Kernel("tanh", eager_kernel("tanh").forward, None)
    composed = kernel_of(graph, backend(linear=linear, tanh=blind, sigmoid=eager_kernel("sigmoid")))
    assert composed.vjp is None
    assert composed.forward is not None
    assert composed.forward(params, VECTORS.numpy()).shape == (4, 2)


def test_a_kernels_fault_names_its_operation() -> None:
    """A ValueError, a refusal or a wrong shape inside of a model says which operation it was."""

    def run(function: Callable[..., Any]) -> None:
        graph = record(nn.Tanh(), [VECTORS])
        kernels = {"tanh": Kernel("tanh", function, None)}
        kernel = graph.kernel(Backend(declaration=Declaration(name="faulty"), address="", kernels=kernels))
        assert isinstance(kernel, Composed)
        assert kernel.forward is not None
        kernel.forward({}, VECTORS.numpy())

    def raises(error: Exception) -> Callable[..., Any]:
        def forward(params: Any, x: Array) -> Array:
            raise error

        return forward

    with pytest.raises(ValueError, match=r"^tanh: no$"):
        run(raises(ValueError("no")))
    with pytest.raises(NotImplementedError, match=r"^tanh: not yet$"):
        run(raises(NotImplementedError("not yet")))
    with pytest.raises(ValueError, match=r"tanh: returned an array of shape \(5, 4\), expected \(4, 5\)"):
        run(lambda params, x: x.T)
    with pytest.raises(ValueError, match="tanh: returned a list, expected an array"):
        run(lambda params, x: x.tolist())
    with pytest.raises(KeyError) as fault:
        run(raises(KeyError("inside")))
    assert any(note.startswith("in tanh") for note in fault.value.__notes__)


def test_a_view_costs_no_copy() -> None:
    """What only reshapes is recorded as a reshape, what selects as positions."""
    graph = record(Program(lambda m, x: (x.view(20), x.t())), [VECTORS])
    plain, moved = graph.nodes
    assert isinstance(plain, Select)
    assert plain.positions is None
    assert isinstance(moved, Select)
    assert moved.positions is not None
