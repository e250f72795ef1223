"""What the noise is put into is what PyTorch computes: normalisations written out equal the fused primitives."""

import pytest
import torch
from torch import Tensor

from conformance.noise import _NORMALISED

aten = torch.ops.aten


def numbers(*shape: int, salt: int = 0) -> Tensor:
    """Generic numbers of order 1."""
    count = int(torch.tensor(shape).prod())
    return torch.sin(3.7 * torch.arange(count, dtype=torch.float64) + salt).reshape(shape)


def same(func: object, *arguments: object) -> None:
    """The fused primitive and what it is written out as give the same, within torch's own closeness."""
    written, fused = _NORMALISED[func](*arguments), func(*arguments)  # type: ignore[operator]
    for got, want in zip(written, fused, strict=True):
        assert (got is None) == (want is None)
        if want is not None:
            torch.testing.assert_close(got, want)


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
