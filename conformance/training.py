"""torchstone train: a model trained on a backend's kernels, on scikit-learn's digits."""

import argparse
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from .data import Digits
    from .model import Model

CONFIGS: Mapping[str, Mapping[str, Any]] = {
    "softmax_regression": {"in_features": 64, "num_classes": 10},
    "mlp": {"in_features": 64, "hidden_features": 64, "num_classes": 10},
    "simple_conv_net": {
        "in_channels": 1,
        "image_size": 8,
        "num_filters": 8,
        "kernel_size": 3,
        "hidden_features": 32,
        "num_classes": 10,
    },
}
"""The classifiers, built for images of 8 x 8 cells in ten classes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone train`."""
    parser.add_argument("model", metavar="MODEL", help=f"one of {', '.join(CONFIGS)}")
    parser.add_argument(
        "--backend",
        metavar="BACKEND",
        default="numpy_vectorized",
        help="a bundled backend, a folder or a package (default: numpy_vectorized)",
    )
    parser.add_argument(
        "--epochs", type=int, default=20, metavar="N", help="passes over the images (default: 20)"
    )
    parser.add_argument("--batch-size", type=int, default=32, metavar="N", help="images a step (default: 32)")
    parser.add_argument("--lr", type=float, default=0.5, metavar="RATE", help="learning rate (default: 0.5)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="initial weights, and the images' order (default: 0)"
    )


def run(args: argparse.Namespace) -> int:
    """Train by gradient descent and print each epoch: 0, or 1 where the loss is no longer a number."""
    from .selection import choose, natural, not_negative

    if args.model == "linear_regression":
        raise UsageError(f"linear_regression has no classes, and digits have ten (try: {', '.join(CONFIGS)})")
    choose("model", [args.model], CONFIGS)
    natural("--epochs", args.epochs)
    natural("--batch-size", args.batch_size)
    not_negative("--seed", args.seed)
    if not (args.lr > 0 and math.isfinite(args.lr)):
        raise UsageError(f"--lr = {args.lr}: expected a number above 0")

    from .data import digits
    from .kernel import CallFault, Refused
    from .remarks import console

    data, model, out = digits(args.seed), build(args.model, args.backend, args.seed), console()
    out.print(
        f"{args.model} on {model.backend.name}: {len(data.target)} digits, {len(data.held_target)} held back; "
        f"batches of {args.batch_size}, learning rate {args.lr:g}, seed {args.seed}",
        soft_wrap=True,
    )
    try:
        return _train(model, data, args, out)
    except Refused as fault:
        raise UsageError(f"{model.backend.name} refuses: {fault}") from None
    except CallFault as fault:
        out.print(f"{model.backend.name} raised {fault}", soft_wrap=True)
        return 1


def build(name: str, backend: str, seed: int) -> "Model":
    """The reference model at the digits' shape, its initial weights drawn with `seed`."""
    from .model import Model
    from .specification import build_model

    return Model(build_model(name, CONFIGS[name], seed), backend)


def _train(model: "Model", data: "Digits", args: argparse.Namespace, out: "Console") -> int:
    batches = -(-len(data.target) // args.batch_size)
    with bar(out, args.epochs * batches) as advance:
        history = model.epochs(
            data.x,
            data.target,
            epochs=args.epochs,
            batch_size=args.batch_size,
            lr=args.lr,
            seed=args.seed,
            after_batch=lambda loss: advance(),
        )
        for epoch, loss in enumerate(history, 1):
            if not math.isfinite(loss):
                out.print(f"epoch {epoch}: the loss is {loss}; a smaller --lr may help")
                return 1
            out.print(
                f"epoch {epoch:{len(str(args.epochs))}}/{args.epochs}: loss {loss:.4f}; held back: "
                f"loss {model.loss(data.held_x, data.held_target):.4f}, "
                f"accuracy {model.accuracy(data.held_x, data.held_target):.4f}"
            )
    return 0


@contextmanager
def bar(out: "Console", steps: int) -> Iterator[Callable[[], None]]:
    """A progress bar under the lines where `out` is a terminal; nothing in a pipe."""
    if not out.is_terminal or out.is_dumb_terminal or out.no_color:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    with Progress(
        BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn(), console=out, transient=True
    ) as shown:
        row = shown.add_task("", total=steps)
        yield lambda: shown.advance(row)
