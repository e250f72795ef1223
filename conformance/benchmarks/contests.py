"""The contests of the speed table: what torch and numpy_vectorized are asked to do, and the ratios to reach.

torch's side is its own modules and functions with autograd, never the reference. The kernels' side is the same
module recorded: a single operation is called as any backend's kernel is, a network runs as its graph.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..backend import load
from ..kernel import Kernel
from ..operations import OPERATIONS
from ..recorder import record
from ..specification import build_model

Rivals: TypeAlias = Mapping[tuple[str, str], Callable[[], Any]]
"""What is timed, by who ("torch", "kernels") and what ("forward", "both")."""

Inputs: TypeAlias = tuple[Tensor, ...]


@dataclass(frozen=True)
class Contest:
    """A case, and the most that the ratios of forward + pullback and of forward alone may be.

    `operation` is what it is a case of, None for a network.
    """

    name: str
    operation: str | None
    most_both: float
    most_forward: float
    make: Callable[[], tuple[nn.Module, Inputs]]

    def rivals(self) -> Rivals:
        """The four calls, for the same float32 numbers. Gradients are of all parameters and floating inputs."""
        torch.manual_seed(0)
        module, inputs = self.make()
        cotangent = _map(torch.randn_like, module(*inputs))
        return {**_torch(module, inputs, cotangent), **_kernels(self.operation, module, inputs, cotangent)}


class WithLoss(nn.Module):
    """A classifier and its cross-entropy."""

    def __init__(self, classifier: nn.Module) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, x: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(self.classifier(x), target)


class Attention(nn.Module):
    """Attention without a mask."""

    is_causal, scale, enable_gqa = False, None, False

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(query, key, value)


def _torch(module: nn.Module, inputs: Inputs, cotangent: Any) -> Rivals:
    arguments = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    wanted = [x for x in (*arguments, *module.parameters()) if x.requires_grad]
    cotangents = _flat(cotangent)

    def forward() -> Any:
        with torch.no_grad():
            return module(*arguments)

    def both() -> Any:
        return torch.autograd.grad(_flat(module(*arguments)), wanted, cotangents)

    return {("torch", "forward"): forward, ("torch", "both"): both}


def _kernels(operation: str | None, module: nn.Module, inputs: Inputs, cotangent: Any) -> Rivals:
    backend = load("numpy_vectorized", tuple(known.name for known in OPERATIONS))
    kernel = backend.kernels[operation] if operation else record(module, inputs).kernel(backend)
    assert isinstance(kernel, Kernel) and kernel.forward is not None and kernel.vjp is not None
    forward, vjp, g = kernel.forward, kernel.vjp, _map(Tensor.numpy, cotangent)
    params = {name: parameter.detach().numpy() for name, parameter in module.named_parameters()}
    arrays: tuple[Any, ...] = tuple(x.numpy() for x in inputs)
    config: dict[str, Any] = {}
    if operation:
        arguments = signature(forward).parameters.values()
        options = [argument.name for argument in arguments if argument.kind is argument.KEYWORD_ONLY]
        # A torch module keeps its options under their names; its bias is the parameter itself.
        config = {name: isinstance(value := getattr(module, name), Tensor) or value for name in options}
        arrays += (None,) * (len(arguments) - len(options) - 1 - len(arrays))
    return {
        ("kernels", "forward"): lambda: forward(params, *arrays, **config),
        ("kernels", "both"): lambda: vjp(params, *arrays, **config)[1](g),
    }


def _map(function: Callable[[Tensor], Any], output: Any) -> Any:
    if isinstance(output, Tensor):
        return function(output)
    return tuple(_map(function, branch) for branch in output)


def _flat(output: Any) -> list[Tensor]:
    """The tensors of an output, from left to right."""
    return [output] if isinstance(output, Tensor) else [leaf for part in output for leaf in _flat(part)]


def _recurrent(
    layer: Callable[..., nn.Module], bidirectional: bool
) -> Callable[[], tuple[nn.Module, Inputs]]:
    return lambda: (layer(64, 128, bidirectional=bidirectional), (torch.randn(64, 32, 64),))


def _pooled(*shape: int) -> Callable[[], tuple[nn.Module, Inputs]]:
    return lambda: (nn.MaxPool2d(2), (torch.randn(shape),))


CONTESTS: Sequence[Contest] = (
    Contest(
        "MLP 256 x 784-256-10 with cross-entropy",
        None,
        1.1,
        1.2,
        lambda: (WithLoss(build_model("mlp", {}, 0)), (torch.randn(256, 784), torch.arange(256) % 10)),
    ),
    Contest(
        "simple_conv_net, batch 32",
        None,
        0.9,
        0.6,
        lambda: (build_model("simple_conv_net", {}, 0), (torch.randn(32, 1, 28, 28),)),
    ),
    Contest(
        "conv2d 1x28x28, 30 filters 5x5, batch 32",
        "conv2d",
        0.55,
        1.3,
        lambda: (nn.Conv2d(1, 30, 5), (torch.randn(32, 1, 28, 28),)),
    ),
    Contest(
        "conv2d 64x56x56, 64 filters 3x3, padding 1, batch 8",
        "conv2d",
        1.75,
        1.75,
        lambda: (nn.Conv2d(64, 64, 3, padding=1), (torch.randn(8, 64, 56, 56),)),
    ),
    Contest("max_pool2d 2x2 on 32x30x24x24", "max_pool2d", 0.75, 0.4, _pooled(32, 30, 24, 24)),
    Contest("max_pool2d 2x2 on 8x64x56x56", "max_pool2d", 0.75, 0.4, _pooled(8, 64, 56, 56)),
    Contest("rnn, batch 32, T 64, 64 -> 128", "rnn", 0.7, 0.85, _recurrent(nn.RNN, False)),
    Contest("rnn, both directions", "rnn", 0.7, 0.85, _recurrent(nn.RNN, True)),
    Contest("lstm, batch 32, T 64, 64 -> 128", "lstm", 1.5, 1.75, _recurrent(nn.LSTM, False)),
    Contest("lstm, both directions", "lstm", 1.5, 1.75, _recurrent(nn.LSTM, True)),
    Contest("gru, batch 32, T 64, 64 -> 128", "gru", 0.85, 1.0, _recurrent(nn.GRU, False)),
    Contest("gru, both directions", "gru", 1.0, 1.0, _recurrent(nn.GRU, True)),
    Contest(
        "scaled_dot_product_attention, batch 8, heads 8, 128 x 64",
        "scaled_dot_product_attention",
        1.05,
        1.5,
        lambda: (Attention(), tuple(torch.randn(3, 8, 8, 128, 64))),
    ),
    Contest(
        "layer_norm 4096 x 512",
        "layer_norm",
        2.6,
        3.6,
        lambda: (nn.LayerNorm(512), (torch.randn(4096, 512),)),
    ),
)
