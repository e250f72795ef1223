"""torchstone train: a model trained on a backend's kernels, on images or on a text."""

import argparse
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import UsageError
from .image_models import CLASSIFIERS, image_config
from .language_models import LANGUAGE_MODELS, language_config

if TYPE_CHECKING:
    from rich.console import Console

    from .data import Images
    from .model import Model
    from .optimizer import Optimizer
    from .text import Text

MODELS = (*CLASSIFIERS, *LANGUAGE_MODELS)

EPOCHS, BATCH_SIZE = 20, 32

RATES: Mapping[str | None, float] = {None: 0.5, "sgd": 0.1, "adam": 1e-3, "adamw": 1e-3}
"""The learning rate of plain gradient descent, and of each optimiser, where none is given."""

TORCH = "PyTorch"
"""The reference's curve."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone train`."""
    parser.add_argument("model", metavar="MODEL", help=f"one of {', '.join(MODELS)}")
    parser.add_argument(
        "--backend",
        metavar="BACKEND",
        action="append",
        help="a bundled backend, a folder or a package (default: numpy_vectorized); may be given again",
    )
    parser.add_argument(
        "--data",
        metavar="DATA",
        help="images: digits, or a folder with the IDX files of MNIST or Fashion-MNIST (default: digits); of a "
        "language model text, which is Python's help texts, or a FILE.txt (default: text)",
    )
    parser.add_argument(
        "--epochs", type=int, default=EPOCHS, metavar="N", help=f"passes over the data (default: {EPOCHS})"
    )
    parser.add_argument(
        "--batch-size",
        type=int,
        default=BATCH_SIZE,
        metavar="N",
        help=f"images, or sequences, a step (default: {BATCH_SIZE})",
    )
    parser.add_argument(
        "--lr",
        type=float,
        metavar="RATE",
        help="learning rate (default: "
        + ", ".join(f"{rate:g}" + (f" of {name}" if name else "") for name, rate in RATES.items())
        + ")",
    )
    parser.add_argument(
        "--optimizer",
        metavar="NAME",
        help=f"{', '.join(name for name in RATES if name)}: the backend's kernel of that name (default: plain "
        "gradient descent)",
    )
    parser.add_argument("--momentum", type=float, metavar="M", help="of sgd (default: 0)")
    parser.add_argument(
        "--weight-decay",
        type=float,
        metavar="W",
        help="of an optimiser (default: PyTorch's, 0.01 of adamw and 0 of the others)",
    )
    parser.add_argument(
        "--clip",
        type=float,
        metavar="NORM",
        help="scale the gradients down to this total norm before a step of an optimiser (default: they are not)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="S",
        help="initial weights, and the order of the data (default: 0)",
    )
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="write the parameters there after each epoch (safetensors)"
    )
    parser.add_argument(
        "--resume", type=Path, metavar="FILE", help="go on from what --save wrote, to --epochs in all"
    )
    parser.add_argument(
        "--curve",
        type=Path,
        metavar="FILE",
        help="draw the losses there, of every backend and of PyTorch (.png or .svg)",
    )


def run(args: argparse.Namespace) -> int:
    """Train by gradient descent and print each epoch: 0, or 1 where the loss is no longer a number."""
    optimizer = _check(args)
    from .kernel import CallFault, Refused
    from .remarks import console

    data, out = _data(args), console()
    models: dict[str, Model] = {}
    for backend in args.backend or ["numpy_vectorized"]:
        model = build(args.model, backend, args.seed, data)
        name = model.backend.name
        if name in models or name == TORCH:
            raise UsageError(
                f"--backend {backend}: a second curve named {name!r}; give the backend another name in its "
                "backend.toml"
            )
        models[name] = model
    curves: dict[str, list[float]] = {}
    for name, model in models.items():
        out.print(
            f"{args.model} on {name}: {len(data.target)} {data.name}, {len(data.held_target)} held back; "
            f"batches of {args.batch_size}, learning rate {args.lr:g}, seed {args.seed}"
            + (f"; {optimizer.described}" if optimizer is not None else ""),
            soft_wrap=True,
        )
        try:
            curves[name] = _train(model, data, args, optimizer, out)
        except Refused as fault:
            raise UsageError(f"{name} refuses: {fault}") from None
        except CallFault as fault:
            out.print(f"{name} raised {fault}", soft_wrap=True)
            return 1
        if not math.isfinite(curves[name][-1]):
            return 1
    if args.curve is not None:
        from .curves import draw, torchs_losses

        module = _module(args.model, args.seed, data)
        curves[TORCH] = torchs_losses(
            module,
            data,
            epochs=args.epochs,
            batch_size=args.batch_size,
            lr=args.lr,
            seed=args.seed,
            loss=loss_of(args.model),
            optimizer=optimizer,
        )
        draw(args.curve, curves, title=f"{args.model} on {len(data.target)} {data.name}")
        out.print(f"curves: {args.curve}", soft_wrap=True)
    return 0


def build(name: str, backend: str, seed: int, data: "Images | Text") -> "Model":
    """The reference model in the size of the data, its initial weights drawn with `seed`."""
    from .model import Model

    return Model(_module(name, seed, data), backend, loss=loss_of(name))


def loss_of(name: str) -> str:
    """The loss that a model is trained with."""
    return "token_cross_entropy" if name in LANGUAGE_MODELS else "cross_entropy"


def config_of(name: str, data: "Images | Text") -> dict[str, Any]:
    """The sizes of a model for such data: small for the digits, those of the literature for larger images."""
    from .text import Text

    if isinstance(data, Text):
        return language_config(name, len(data.vocabulary))
    return image_config(name, *data.x.shape[1:])


def _module(name: str, seed: int, data: "Images | Text") -> Any:
    from .specification import build_model
    from .text import Text

    config = config_of(name, data)
    if isinstance(data, Text):
        return build_model(name, config, seed)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "Initializing zero-element tensors")
            return build_model(name, config, seed)
    except (RuntimeError, UserWarning):
        # A layer was left with nothing to look at, or with less.
        rows, columns = data.x.shape[2:]
        raise UsageError(f"images of {rows} x {columns} cells are too small for {name}") from None


def _check(args: argparse.Namespace) -> "Optimizer | None":
    """The optimiser that is asked for, if any; `lr` becomes its own where none is given."""
    from .selection import choose, natural, not_negative

    if args.model == "linear_regression":
        raise UsageError(
            f"linear_regression has no classes, and images have ten (try: {', '.join(CLASSIFIERS)})"
        )
    choose("model", [args.model], MODELS)
    natural("--epochs", args.epochs)
    natural("--batch-size", args.batch_size)
    not_negative("--seed", args.seed)
    optimizer = _optimizer(args)
    args.lr = RATES[args.optimizer] if args.lr is None else args.lr
    if not (args.lr > 0 and math.isfinite(args.lr)):
        raise UsageError(f"--lr = {args.lr}: expected a number above 0")
    if (args.save or args.resume) and len(args.backend or ()) > 1:
        raise UsageError("--save and --resume take one --backend")
    if args.curve is not None:
        from .curves import check

        check(args.curve)
    return optimizer


def _optimizer(args: argparse.Namespace) -> "Optimizer | None":
    from .optimizer import Optimizer
    from .selection import choose

    numbers = {"--momentum": args.momentum, "--weight-decay": args.weight_decay, "--clip": args.clip}
    if args.optimizer is None:
        for option, value in numbers.items():
            if value is not None:
                raise UsageError(f"{option} needs an --optimizer: plain gradient descent has none")
        return None
    choose("optimizer", [args.optimizer], (name for name in RATES if name))
    if args.optimizer != "sgd" and args.momentum is not None:
        raise UsageError(f"--momentum is sgd's, {args.optimizer} has betas")
    for option, value in numbers.items():
        if value is not None and not (0 <= value < math.inf and (value or option != "--clip")):
            expected = "a number above 0" if option == "--clip" else "a number of 0 or more"
            raise UsageError(f"{option} = {value}: expected {expected}")
    return Optimizer.named(
        args.optimizer, max_norm=args.clip, momentum=args.momentum, weight_decay=args.weight_decay
    )


def _data(args: argparse.Namespace) -> "Images | Text":
    from .data import digits, image_files
    from .text import help_texts, text_file

    given = None if args.data is None else Path(args.data)
    if args.model in LANGUAGE_MODELS:
        if args.data == "digits" or (given and given.is_dir()):
            raise UsageError(
                f"{args.model} reads text, and --data {args.data} is images: give text or a FILE.txt"
            )
        return help_texts() if given is None or args.data == "text" else text_file(given)
    if args.data == "text" or (given and given.is_file()):
        raise UsageError(
            f"{args.model} reads images, and --data {args.data} is text: give digits or a folder"
        )
    return digits(args.seed) if given is None or args.data == "digits" else image_files(given)


def _train(
    model: "Model",
    data: "Images | Text",
    args: argparse.Namespace,
    optimizer: "Optimizer | None",
    out: "Console",
) -> list[float]:
    """Train to the last epoch, or until the loss is no number; the mean loss of every epoch."""
    from .checkpoint import Checkpoint
    from .text import Text

    losses: list[float] = []
    vocabulary, beside = None, ""
    if isinstance(data, Text):
        vocabulary, beside = data.vocabulary, f" (unigram entropy {data.entropy:.4f})"
    asked = Checkpoint(
        model=args.model,
        data=f"{len(data.target)} {data.name}",
        batch_size=args.batch_size,
        lr=args.lr,
        seed=args.seed,
        vocabulary=vocabulary,
        **({} if optimizer is None else _settings(optimizer)),
    )
    if args.resume is not None:
        kept = {} if optimizer is None else model.state_of(optimizer)
        model.params, model.state, losses = asked.read(args.resume, model.params, kept)
        out.print(f"{args.resume}: after epoch {len(losses)}", soft_wrap=True)
        if len(losses) >= args.epochs:
            raise UsageError(
                f"{args.resume} is after epoch {len(losses)}, and --epochs is {args.epochs}: nothing is left"
            )
    if args.save is not None:
        # Before the first epoch: that it cannot be written is better known now.
        asked.write(args.save, model.params, losses, model.state)
    remaining = args.epochs - len(losses)
    with bar(out, remaining * -(-len(data.target) // args.batch_size)) as advance:
        history = model.epochs(
            data.x,
            data.target,
            epochs=args.epochs,
            batch_size=args.batch_size,
            lr=args.lr,
            seed=args.seed,
            optimizer=optimizer,
            done=len(losses),
            after_batch=lambda loss: advance(),
        )
        for loss in history:
            losses.append(loss)
            epoch = len(losses)
            if not math.isfinite(loss):
                out.print(f"epoch {epoch}: the loss is {loss}; a smaller --lr may help")
                return losses
            out.print(
                f"epoch {epoch:{len(str(args.epochs))}}/{args.epochs}: loss {loss:.4f}{beside}; held back: "
                f"loss {model.loss(data.held_x, data.held_target):.4f}, "
                f"accuracy {model.accuracy(data.held_x, data.held_target):.4f}",
                soft_wrap=True,
            )
            if args.save is not None:
                asked.write(args.save, model.params, losses, model.state)
    return losses


def _settings(optimizer: "Optimizer") -> dict[str, Any]:
    """What a checkpoint says of an optimiser."""
    config = optimizer.config
    return {
        "optimizer": optimizer.operation,
        "momentum": config.get("momentum"),
        "weight_decay": config["weight_decay"],
        "clip": optimizer.max_norm,
    }


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
