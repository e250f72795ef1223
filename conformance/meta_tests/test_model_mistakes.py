"""Mistakes about whole models: each is told from the right thing by one assertion, which accepts that one."""

import contextlib
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from conformance.errors import UsageError
from conformance.model import Model
from conformance.specification import build_model
from conformance.tree import Array

Accuracy = Callable[[Model, Array, Array, int], float]
Loader = Callable[[Model, Path], Any]


def classifier() -> Model:
    """A small softmax regression on a bundled backend."""
    return Model(build_model("softmax_regression", {"in_features": 4, "num_classes": 3}, seed=0))


def accuracy_over_full_batches(model: Model, x: Array, target: Array, batch_size: int) -> float:
    """Counts the right answers of full batches only, and divides by all samples."""
    right = 0
    for start in range(0, len(x) - batch_size + 1, batch_size):
        rows = slice(start, start + batch_size)
        right += int(np.sum(np.argmax(model.forward(x[rows]), axis=1) == target[rows]))
    return right / len(x)


def counts_every_sample(accuracy: Accuracy) -> bool:
    """Whether a model that is always right has accuracy 1, whatever the size of the batches."""
    model, x = classifier(), np.cos(np.arange(28.0)).reshape(7, 4)
    target = np.argmax(model.forward(x), axis=1)
    return all(accuracy(model, x, target, size) == 1 for size in (1, 3, 7, 100))


def test_accuracy_counts_the_last_batch() -> None:
    """Dividing by all samples but counting those of full batches is noticed."""
    assert counts_every_sample(Model.accuracy)
    assert not counts_every_sample(accuracy_over_full_batches)


def load_by_unpickling(model: Model, path: Path) -> None:
    """Unpickles whatever file it is given."""
    with path.open("rb") as file:
        model.params = pickle.load(file)


class _Payload:
    """Unpickled, it leaves a mark: it could have done anything."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def executes_what_it_loads(load: Loader, folder: Path) -> bool:
    """Whether loading a file has run code that the file brought along."""
    mark, file = folder / "mark", folder / "params.safetensors"
    file.write_bytes(pickle.dumps(_Payload(mark)))
    with contextlib.suppress(UsageError):
        load(classifier(), file)
    return mark.exists()


def test_loading_parameters_executes_nothing(tmp_path: Path) -> None:
    """A file that unpickling would obey is refused."""
    assert not executes_what_it_loads(Model.load_params, tmp_path)
    assert executes_what_it_loads(load_by_unpickling, tmp_path)


def starts_undecided(model: Model) -> bool:
    """Whether the first loss is that of a guess among all classes, log(10), to a tenth."""
    rows = np.random.default_rng(0).random((20, 784))
    return model.loss(rows, np.arange(20) % 10) < 1.1 * math.log(10)


def test_initial_weights_are_scaled() -> None:
    """Weights drawn from the standard normal distribution make the first loss enormous."""
    scaled = Model(build_model("mlp", {}, seed=0))
    unscaled = Model(build_model("mlp", {}, seed=0))
    unscaled.params = {name: 100 * array for name, array in unscaled.params.items()}
    assert starts_undecided(scaled)
    assert not starts_undecided(unscaled)


def width_by_true_division(filters: int, size: int) -> int:
    """Halves the size with / and not with //."""
    return int(filters * (size / 2) * (size / 2))


def width_of_the_network(filters: int, size: int) -> int:
    """What SimpleConvNet's first dense layer expects behind a 1x1 convolution, which keeps the size."""
    config = {"image_size": size, "num_filters": filters, "kernel_size": 1}
    return int(build_model("simple_conv_net", config, seed=0).get_parameter("hidden.weight").shape[1])


@pytest.mark.parametrize("size", [8, 9])
def test_pooled_size_is_rounded_down(size: int) -> None:
    """A pooled plane of an odd size has no half cells."""
    pooled = torch.nn.MaxPool2d(2, 2)(torch.zeros(3, size, size)).numel()
    assert width_of_the_network(3, size) == pooled
    assert (width_by_true_division(3, size) == pooled) == (size % 2 == 0)
