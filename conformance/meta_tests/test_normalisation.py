"""What the noise is put into is what PyTorch computes: normalisations written out equal the fused primitives."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from conformance.comparison import Arithmetic, compare_within
from conformance.noise import _NORMALISED, INJECTED, Noise
from conformance.oracle import MORE_RUNS, root_mean_square
from conformance.tree import Array

aten = torch.ops.aten


def numbers(*shape: int, salt: int = 0) -> Tensor:
    """Generic numbers of order 1."""
    count = int(torch.tensor(shape).prod())
    return torch.sin(3.7 * torch.arange(count, dtype=torch.float64) + salt).reshape(shape)


def _always(spread: Array, careful: bool) -> Array:
    return spread


def complaints(written: Callable[..., Any], fused: Any, *arguments: object) -> list[str]:
    """Where both differ by more than rounding may change either: the judge's allowance for `written`, twice."""
    noisy = []
    for seed in range(MORE_RUNS):
        with Noise(seed):
            noisy.append(written(*arguments))
    found = []
    for part, (got, want) in enumerate(zip(written(*arguments), fused(*arguments), strict=True)):
        assert (got is None) == (want is None)
        if want is not None:
            deviations = np.stack([run[part].numpy() - got.numpy() for run in noisy])
            spread = root_mean_square(deviations, 0) / INJECTED
            allowed = partial(_always, spread)
            compared = compare_within(
                f"part {part}", want.numpy(), got.numpy(), allowed, Arithmetic("float64"), shares=2
            )
            assert not compared.ill_conditioned
            found.append(compared.complaint)
    return [complaint for complaint in found if complaint is not None]


def same(fused: Any, *arguments: object) -> None:
    """The fused primitive and what it is written out as give the same."""
    assert complaints(_NORMALISED[fused], fused, *arguments) == []


@pytest.mark.parametrize("leading", [(4,), (2, 3), ()])
@pytest.mark.parametrize(("weighted", "biased"), [(True, True), (True, False), (False, False)])
def test_layer_norm_is_what_is_written_out(leading: tuple[int, ...], weighted: bool, biased: bool) -> None:
    """Forward and backward, with and without weight and bias."""
    inner = (3, 2)
    x, g = numbers(*leading, *inner), numbers(*leading, *inner, salt=1)
    weight, bias = numbers(*inner, salt=2) if weighted else None, numbers(*inner, salt=3) if biased else None
    same(aten.native_layer_norm.default, x, inner, weight, bias, 0.01)
    _, mean, rstd = aten.native_layer_norm.default(x, inner, weight, bias, 0.01)
    asked = [True, weighted, biased]
    same(aten.native_layer_norm_backward.default, g, x, inner, mean, rstd, weight, bias, asked)


def test_another_formula_differs() -> None:
    """The comparison can fail: with epsilon outside of the root, all parts that hold it are complained about."""

    def outside(x: Tensor, inner: tuple[int, ...], weight: None, bias: None, eps: float) -> Any:
        mean = x.mean(-1, keepdim=True)
        rstd = 1 / (((x - mean) ** 2).mean(-1, keepdim=True).sqrt() + eps)
        return (x - mean) * rstd, mean, rstd

    found = complaints(outside, aten.native_layer_norm.default, numbers(4, 3), (3,), None, None, 1e-9)
    assert [complaint.partition(":")[0].split()[1][0] for complaint in found] == ["0", "2"], found


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 3, 2, 2)])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm_is_what_is_written_out(shape: tuple[int, ...], training: bool, affine: bool) -> None:
    """Forward and backward, by the batch's statistics and by running ones."""
    x, g = numbers(*shape), numbers(*shape, salt=1)
    weight, bias = (numbers(3, salt=2), numbers(3, salt=3)) if affine else (None, None)
    running = (None, None) if training else (numbers(3, salt=4), numbers(3, salt=5).abs() + 1)
    given = (x, weight, bias, *running, training, 0.0, 0.01)
    same(aten.native_batch_norm.default, *given)
    _, mean, rstd = aten.native_batch_norm.default(*given)
    asked = [True, affine, affine]
    same(aten.native_batch_norm_backward.default, g, x, weight, *running, mean, rstd, training, 0.01, asked)


@pytest.mark.parametrize("dims", [None, [1], [0, -1], [2, 0, 1]])
@pytest.mark.parametrize("correction", [None, 0, 2.5])
@pytest.mark.parametrize("keepdim", [True, False])
def test_a_variance_is_what_is_written_out(
    dims: list[int] | None, correction: float | None, keepdim: bool
) -> None:
    """Over all dimensions or some, in any order, kept or not."""
    var = partial(aten.var.correction, correction=correction, keepdim=keepdim)
    written = partial(_NORMALISED[aten.var.correction], correction=correction, keepdim=keepdim)
    x = numbers(3, 4, 2)
    assert written(x, dims).shape == var(x, dims).shape
    assert complaints(lambda x: (written(x, dims),), lambda x: (var(x, dims),), x) == []
