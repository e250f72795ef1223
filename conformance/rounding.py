"""Error bounds: by how much the rounding of a primitive may change its result, in units of the unit roundoff.

    elementwise             |y|
    transcendental          2 k |y|, k units in the last place (OpenCL 3.0 specification, table 65)
    sum                     min(n, 8 sqrt(n)) |A|      (Higham 2002, section 3.1; Higham & Mary 2019)
    inner product, mean     min(n, 8 sqrt(n)) (|A||B| + the smallest normal number)
    multiple                2 |y|, where the number has no float32 of its own
    multiple added          |y| + 2 |alpha other|, where alpha is neither 1 nor -1
    copies and selections   0

A primitive that is not known counts as one rounding: too little noise shows as an alarm, not as silence.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

aten = torch.ops.aten

Args: TypeAlias = tuple[Any, ...]
Kwargs: TypeAlias = Mapping[str, Any]
Limits: TypeAlias = "np.finfo[Any]"

# Units in the last place, full profile, single precision. In place (`tanh_`) a primitive is the same.
ULPS: Mapping[str, float] = {
    "exp": 3,
    "log": 3,
    "log1p": 2,
    "expm1": 3,
    "tanh": 5,
    # 1 / (1 + exp(-x)): the exponential, a sum and a division.
    "sigmoid": 6,
    "reciprocal": 2.5,
    "sqrt": 3,
    "rsqrt": 2,
    "pow": 16,
    "erf": 16,
    "erfc": 16,
}

# Nothing is rounded: selections, copies, layouts, comparisons, signs.
EXACT = frozenset(
    str(name)
    for name in """
    _to_copy _unsafe_view abs alias amax amin arange as_strided bitwise_and bitwise_not bitwise_or cat clone
    conj_physical constant_pad_nd contiguous copy_ detach diagonal empty empty_like eq expand fill_ flip full
    full_like gather ge gt index index_select isfinite isnan le lift_fresh logical_and logical_not logical_or
    lt masked_fill masked_fill_ max max_pool2d_with_indices maximum minimum ne neg new_empty new_empty_strided
    new_full new_zeros ones ones_like permute reflection_pad2d reflection_pad1d relu repeat replication_pad2d
    replication_pad1d reshape roll scalar_tensor scatter select select_backward set_ sign slice slice_backward
    split split_with_sizes squeeze stack t threshold_backward to transpose unbind unsqueeze view where zero_
    zeros zeros_like unfold
    embedding
    _local_scalar_dense
    clamp clamp_max clamp_min hardtanh hardtanh_backward
    unsafe_split
    """.split()
)


def inner_product_factor(terms: int) -> float:
    """Error of a sum of `terms` products, in units of u |A||B|: gamma_n below 64 terms, 8 sqrt(n) from there.

    On equal terms rounding errors do not cancel, so that sqrt(n) is too little for short sums.
    """
    return min(float(terms), 8.0 * math.sqrt(terms))


def _factors(terms: Tensor) -> Tensor:
    """The same, of as many sums."""
    return torch.minimum(terms, 8 * terms.sqrt())


def _of_products(factor: Any, magnitude: Tensor, limits: Limits) -> Tensor:
    # Below the normal range sums are exact, but each product is rounded, by u times the smallest normal number.
    bound: Tensor = factor * (magnitude + float(limits.smallest_normal))
    return bound


def _absolute(value: Any) -> Any:
    return value.abs() if isinstance(value, Tensor) and value.is_floating_point() else value


def _matrix_product(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    left, right = args[0].abs(), args[1].abs()
    if left.shape[-1] == 1:  # a product and no sum
        return result.abs()
    return _of_products(inner_product_factor(left.shape[-1]), left @ right, limits) + result.abs()


def _affine_product(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    # addmm / baddbmm: the bias is one more term of the sum.
    left, right = args[1].abs(), args[2].abs()
    factor = inner_product_factor(left.shape[-1] + 1)
    return _of_products(factor, left @ right + args[0].abs(), limits)


def _sum(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    summand = args[0]
    terms = summand.numel() // max(result.numel(), 1)
    dims = args[1] if len(args) > 1 else kwargs.get("dim")
    keepdim = args[2] if len(args) > 2 else kwargs.get("keepdim", False)
    total = summand.abs().sum() if dims is None else summand.abs().sum(dims, keepdim)
    return inner_product_factor(terms) * total


def _running_sum(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    summand, dim = args[:2]
    shape = [-1 if i == dim % summand.dim() else 1 for i in range(summand.dim())]
    terms = torch.arange(1.0, summand.shape[dim] + 1, dtype=summand.dtype).reshape(shape)
    return _factors(terms) * summand.abs().cumsum(dim)


def _mean(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    # The terms may be divided before they are added.
    terms = max(args[0].numel() // max(result.numel(), 1), 1)
    least = inner_product_factor(terms) * float(limits.smallest_normal)
    return _sum(args, kwargs, result, limits) / terms + result.abs() + least


def _convolution(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    x, weight, bias = (_absolute(value) for value in args[:3])
    magnitude = torch.ops.aten.convolution.default(x, weight, bias, *args[3:])
    terms = weight[0].numel() + (bias is not None)
    return _of_products(inner_product_factor(terms), magnitude, limits)


def _convolution_backward(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> list[Any]:
    cotangent, x, weight = (_absolute(value) for value in args[:3])
    magnitudes = torch.ops.aten.convolution_backward.default(cotangent, x, weight, *args[3:])
    groups = args[9]
    positions = cotangent.numel() // max(cotangent.shape[1], 1)
    terms = (weight.numel() // max(groups * weight.shape[1], 1), positions, positions)
    return [
        None if magnitude is None else _of_products(inner_product_factor(max(n, 1)), magnitude, limits)
        for magnitude, n in zip(magnitudes, terms, strict=True)
    ]


def _adaptive_factors(size: Sequence[int], windows: Sequence[int]) -> Tensor:
    """Those of the means of an adaptive pool.

    They are divided by the number of rows and by that of columns: two roundings more.
    """
    rows, columns = (
        torch.tensor([-(-(i + 1) * n // count) - i * n // count for i in range(count)], dtype=torch.float64)
        for n, count in zip(size[-2:], windows[-2:], strict=True)
    )
    return _factors(rows[:, None] * columns + 2)


def _adaptive_mean(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    magnitude = aten._adaptive_avg_pool2d.default(args[0].abs(), *args[1:])
    return _of_products(_adaptive_factors(args[0].shape, result.shape), magnitude, limits)


def _adaptive_mean_backward(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    # The windows that hold a cell are a window themselves, with the sizes exchanged.
    magnitude = aten._adaptive_avg_pool2d_backward.default(args[0].abs(), args[1])
    return _of_products(_adaptive_factors(args[0].shape, result.shape), magnitude, limits)


def _lookup_backward(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    # embedding_dense_backward: without a padding_idx and undivided, ones add up to the number of terms.
    cotangent, indices, rows, _, scaled = args
    lookup = aten.embedding_dense_backward.default
    terms = lookup(torch.ones_like(cotangent), indices, rows, -1, False) + scaled
    factors, magnitude = _factors(terms), lookup(cotangent.abs(), *args[1:])
    return _of_products(factors, magnitude, limits) if scaled else factors * magnitude


def _scaled_sum(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    # x + alpha * other: alpha is rounded to the dtype, the product is, and the sum is.
    alpha = kwargs.get("alpha", 1)
    return result.abs() if abs(alpha) == 1 else result.abs() + 2 * abs(alpha * args[1])


def _multiple(args: Args, kwargs: Kwargs, result: Any, limits: Limits) -> Any:
    # A number that the dtype does not have is rounded once more, and in every step of a recurrence alike.
    size: Tensor = result.abs()
    numbers = [value for value in args[:2] if not isinstance(value, Tensor)]
    return size if not numbers or _is_float32(numbers[0]) else 2 * size


@cache
def _is_float32(number: float) -> bool:
    with np.errstate(over="ignore"):
        return float(np.float32(number)) == number


_INNER_PRODUCTS: Mapping[str, Callable[[Args, Kwargs, Any, Limits], Any]] = {
    "mm": _matrix_product,
    "bmm": _matrix_product,
    "mv": _matrix_product,
    "dot": _matrix_product,
    "addmm": _affine_product,
    "addmv": _affine_product,
    "baddbmm": _affine_product,
    "sum": _sum,
    "cumsum": _running_sum,
    "mean": _mean,
    "add": _scaled_sum,
    "sub": _scaled_sum,
    "mul": _multiple,
    "div": _multiple,
    "convolution": _convolution,
    "convolution_backward": _convolution_backward,
    "_adaptive_avg_pool2d": _adaptive_mean,
    "embedding_dense_backward": _lookup_backward,
    "_adaptive_avg_pool2d_backward": _adaptive_mean_backward,
}

# Sums that the mode cannot look into, linear in their floating arguments: the same primitive of the absolute
# values is |A||B|, and of ones (undivided) the number of terms.
_LINEAR = frozenset(
    """
    avg_pool2d avg_pool2d_backward max_pool2d_with_indices_backward reflection_pad1d_backward
    reflection_pad2d_backward replication_pad1d_backward replication_pad2d_backward index_add index_put
    scatter_add unfold_backward
    avg_pool3d avg_pool3d_backward
    """.split()
)


def _linear(func: Any, name: str, args: Args, kwargs: Kwargs, limits: Limits) -> Tensor:
    def of(change: Callable[[Tensor], Tensor], arguments: Args, **options: Any) -> Tensor:
        changed = [
            change(value) if isinstance(value, Tensor) and value.is_floating_point() else value
            for value in arguments
        ]
        result: Tensor = func(*changed, **{**kwargs, **options})
        return result

    if name.startswith(("avg_pool2d", "avg_pool3d")):
        # All arguments but the last one, the divisor; the division is one rounding more.
        terms = of(torch.ones_like, args[: 7 if name.endswith("backward") else 6], divisor_override=1) + 1
        return _of_products(_factors(terms), of(torch.abs, args).abs(), limits)
    return _factors(of(torch.ones_like, args)) * of(torch.abs, args).abs()


def _sigmoid(x: Tensor, result: Tensor, limits: Limits) -> Tensor:
    # Where exp(-x) overflows 1 / (1 + exp(-x)) is 0, in PyTorch too, and exp(x) / (1 + exp(x)) is not. PyTorch's
    # lstm in float32 has 0 from where the exponential is near to the end of the normal range.
    vanishing = result < 2 * float(limits.smallest_normal)
    return torch.where(vanishing, x.exp() / (float(limits.eps) / 2), 2 * ULPS["sigmoid"] * result.abs())


def _erf(x: Tensor, result: Tensor, limits: Limits) -> Tensor:
    # In PyTorch's float32 1 - t r(t) exp(-x^2), Abramowitz and Stegun 7.1.26: wrong by 1.5e-7, 2.5 u, and by the
    # rounding of t (2 u, of which the polynomial, whose slope is 3.4, makes 7 u), of the polynomial (3 u), of the
    # exponential (2 u) and of a product, all of them of order 1 however small x is: 16 u.
    usual = 2 * ULPS["erf"] * result.abs()
    return usual.clamp(min=16) if limits.bits == 32 else usual


# Functions whose formulas err otherwise than by units in the last place, from (x, y, the dtype's limits).
_BY_FORMULA: Mapping[str, Callable[[Tensor, Tensor, Any], Tensor]] = {"sigmoid": _sigmoid, "erf": _erf}


def bounds(
    func: Any,
    name: str,
    args: Args,
    kwargs: Kwargs,
    result: Any,
    limits: Limits,
) -> Any:
    """|error| / u of every result, where a backend computes in the dtype of those limits.

    A tensor, or a tuple of them where the primitive returns several.
    """
    if name in _BY_FORMULA:
        return _BY_FORMULA[name](args[0], result, limits)
    if name in _INNER_PRODUCTS:
        return _INNER_PRODUCTS[name](args, kwargs, result, limits)
    if name in _LINEAR:
        return _linear(func, name, args, kwargs, limits)
    if isinstance(result, Tensor):
        return result.abs() * (2 * ULPS[name]) if name in ULPS else result.abs()
    return [part.abs() if isinstance(part, Tensor) and part.is_floating_point() else None for part in result]
