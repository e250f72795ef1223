"""Losses drawn over epochs, of backends and of PyTorch in the same steps."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .errors import UsageError
from .losses import LOSSES
from .model import batches
from .optimizer import Optimizer

if TYPE_CHECKING:
    from .data import Images
    from .text import Text

FORMATS = (".png", ".svg")

LEAST = 2
"""The largest loss of a picture is at least so many times the smallest that it has room for."""

TORCHS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}


def check(file: Path) -> None:
    """Raise UsageError where the curves cannot be drawn into `file`: before hours of training."""
    if file.suffix not in FORMATS:
        raise UsageError(f"--curve {file}: expected a name that ends in {' or '.join(FORMATS)}")
    try:
        if not file.parent.is_dir():
            raise UsageError(f"--curve {file}: no such folder: {file.parent}")
        fresh = not file.exists()
        file.open("ab").close()
        if fresh:
            file.unlink()
    except OSError as error:
        raise UsageError(f"--curve {file}: not written: {error.strerror or error}") from None
    try:
        import matplotlib  # noqa: F401 - only whether it is there
    except ImportError:
        raise UsageError("curves are drawn by matplotlib: pip install torchstone[plot]") from None


def torchs_losses(
    module: nn.Module,
    data: "Images | Text",
    *,
    epochs: int,
    batch_size: int,
    lr: float,
    seed: int,
    loss: str = "cross_entropy",
    optimizer: Optimizer | None = None,
) -> list[float]:
    """The mean loss of each epoch of PyTorch's optimiser on `module`, over the batches of Model.epochs."""
    stepping = torchs(optimizer, module, lr)
    random = np.random.default_rng(seed)
    losses = []
    for _ in range(epochs):
        order, total = random.permutation(len(data.x)), 0.0
        for x, target in batches(data.x[order], data.target[order], batch_size):
            stepping.zero_grad()
            samples = LOSSES[loss].samples(module(torch.from_numpy(x)), torch.from_numpy(target))
            value = F.cross_entropy(*samples)
            torch.autograd.backward(value)
            if optimizer is not None and optimizer.max_norm is not None:
                nn.utils.clip_grad_norm_(module.parameters(), optimizer.max_norm)
            stepping.step()
            total += value.item() * len(target)
        losses.append(total / len(data.x))
    return losses


def torchs(optimizer: Optimizer | None, module: nn.Module, lr: float) -> torch.optim.Optimizer:
    """PyTorch's own class of an optimiser, by default of plain gradient descent."""
    if optimizer is None:
        return torch.optim.SGD(module.parameters(), lr=lr)
    return TORCHS[optimizer.operation](module.parameters(), lr=lr, **optimizer.config)


def draw(file: Path, curves: Mapping[str, Sequence[float]], *, title: str) -> None:
    """One line for each name; later ones are thinner, so that lines on each other are all seen."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    widths = np.linspace(5, 1, len(curves))
    for (name, losses), width in zip(curves.items(), widths, strict=True):
        axes.plot(
            range(1, len(losses) + 1), losses, label=name, linewidth=width, marker="o", markersize=width
        )
    axes.set(title=title, xlabel="epoch", ylabel="mean cross-entropy", yscale="log")
    # However short the run: whole epochs, and losses so far apart that their rounding is not what is seen.
    axes.set_xlim(0.5, max(map(len, curves.values())) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    low, high = axes.get_ylim()
    if high < LEAST * low:
        axes.set_ylim(low / math.sqrt(LEAST), high * math.sqrt(LEAST))
    axes.grid(visible=True, which="both", linewidth=0.3)
    axes.legend()
    try:
        figure.savefig(file, dpi=150)
    except OSError as error:
        raise UsageError(f"{file}: not written: {error.strerror or error}") from None
