"""The data that models are trained on: scikit-learn's handwritten digits, or images in IDX files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import UsageError
from .idx import read_idx
from .tree import Array

HELD_BACK = 360
"""Digits that no training sees: a fifth of the 1,797."""

CLASSES = 10
"""Classes of the digits, and of MNIST and Fashion-MNIST."""


@dataclass(frozen=True, kw_only=True)
class Images:
    """Images (N, 1, rows, columns) in float32, scaled to 0..1, and their classes (N,); some are held back.

    `name` says what they are.
    """

    name: str
    x: Array
    target: Array
    held_x: Array
    held_target: Array


def digits(seed: int = 0) -> Images:
    """The digits, 8 x 8, in an order that `seed` decides; raises UsageError where scikit-learn is missing."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise UsageError("the digits come with scikit-learn: pip install torchstone[digits]") from None
    found: Any = load_digits()
    order = np.random.default_rng(seed).permutation(len(found.target))
    x = (found.images[order, None] / 16).astype(np.float32)
    target = found.target[order].astype(np.int64)
    return Images(
        name="digits",
        x=x[HELD_BACK:],
        target=target[HELD_BACK:],
        held_x=x[:HELD_BACK],
        held_target=target[:HELD_BACK],
    )


def image_files(folder: Path) -> Images:
    """MNIST or Fashion-MNIST: the four IDX files of `folder` under their published names, with or without .gz.

    The test images are those held back. Raises UsageError where a file is missing or damaged, where images and
    labels do not belong together, or a label is no class.
    """
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}")
    x, target = _labelled(folder, "train")
    held_x, held_target = _labelled(folder, "t10k")
    if x.shape[1:] != held_x.shape[1:]:
        raise UsageError(
            f"{folder}: images of {x.shape[2:]} cells to train on, of {held_x.shape[2:]} to test"
        )
    return Images(name="images", x=x, target=target, held_x=held_x, held_target=held_target)


def _labelled(folder: Path, part: str) -> tuple[Array, Array]:
    images = read_idx(_found(folder, f"{part}-images", 3), 3)
    labels = read_idx(_found(folder, f"{part}-labels", 1), 1)
    if len(images) != len(labels) or not images.size:
        raise UsageError(
            f"{folder}: {len(images)} {part} images of {images.shape[1:]} cells and {len(labels)} labels: "
            "expected as many, and one at least"
        )
    if labels.max() >= CLASSES:
        raise UsageError(f"{folder}: a {part} label is {labels.max()}, expected 0 to {CLASSES - 1}")
    return (images[:, None] / np.float32(255)).astype(np.float32), labels.astype(np.int64)


def _found(folder: Path, stem: str, dimensions: int) -> Path:
    # As published; some archives write a dot for the second dash.
    names = [f"{stem}{sign}idx{dimensions}-ubyte{end}" for sign in "-." for end in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise UsageError(
        f"{folder} has no {names[0]}, with or without .gz (MNIST and Fashion-MNIST have four files)"
    )
