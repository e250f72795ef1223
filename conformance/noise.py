"""Monte-Carlo arithmetic: PyTorch's own primitives, each with an error of the size that rounding may have.

Inside `Noise` every aten primitive of a float64 evaluation, forward and backward, gets a random error within
the bound of its local error model (Parker 1997, "Monte Carlo arithmetic"):

    elementwise             u |y|
    transcendental          2 k u |y|, k units in the last place (OpenCL 3.0 specification, table 65)
    inner product, sum      min(n, 8 sqrt(n)) u |A||B|   (Higham 2002, section 3.1; Higham & Mary 2019)
    multiple                2 u |y|, where the number has no float32 of its own
    multiple added          u |y| + 2 u |alpha other|, where alpha is neither 1 nor -1
    copies and selections   0
    below the normal range  u times the smallest normal number: half the spacing of subnormal numbers

Errors are injected at u = 2**-40, far above float64's own rounding and far below the curvature of the
functions, and scaled to the unit roundoff at hand afterwards. Fused primitives are decomposed by torch's own
table, or by hand (fused.py, normalisation.py). A primitive that is not known counts as one rounding: too little
noise shows as an alarm, not as silence. Everything private to torch that the judge needs is in this file.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from inspect import unwrap
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch._decomp import decompositions, get_decompositions
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from . import attention, fused, normalisation
from .multihead import multihead

aten = torch.ops.aten

INJECTED = 2.0**-40
"""Unit roundoff at which errors are injected."""


def composed_roundoff(dtype: str) -> float:
    """That of networks: in float32 its own, so that what its rounding may push across a kink crosses it here."""
    return max(INJECTED, float(np.finfo(dtype).eps) / 2)


_ERRORS = 2**18
_POOL = torch.rand(_ERRORS, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
_POOL.mul_(2).sub_(1).mul_(INJECTED)
"""Errors uniform within one roundoff; a primitive takes as many as it needs, from a random place on."""

_LARGE = 1e300
"""What is larger gets no larger an error: where a value is not finite there is nothing to round."""

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

# Decomposed into primitives of the table above, by torch itself.
_FUSED = (
    aten._softmax_backward_data.default,
    aten._log_softmax_backward_data.default,
    aten.nll_loss_forward.default,
    aten.nll_loss_backward.default,
    aten.nll_loss2d_forward.default,
    aten.nll_loss2d_backward.default,
    aten.mse_loss.default,
    aten.mse_loss_backward.default,
    aten.sigmoid_backward.default,
    aten.tanh_backward.default,
    aten.silu.default,
    aten.silu_backward.default,
    aten.gelu.default,
    aten.gelu_backward.default,
    aten.leaky_relu.default,
    aten.leaky_relu_backward.default,
    aten.hardswish.default,
    aten.hardswish_backward.default,
)
# Bare of the wrappers in which it promotes dtypes (all float64 here): they took a tenth of the time of judging.
DECOMPOSITIONS: Mapping[Any, Callable[..., Any]] = {
    name: unwrap(decomposition) for name, decomposition in get_decompositions(list(_FUSED)).items()
}

# Decomposed by hand: torch's own table keeps the variance in one piece, and imports its compiler.
_NORMALISED: Mapping[Any, Callable[..., Any]] = {
    aten.native_layer_norm.default: normalisation.native_layer_norm,
    aten.native_layer_norm_backward.default: normalisation.native_layer_norm_backward,
    aten.native_batch_norm.default: normalisation.native_batch_norm,
    aten.native_batch_norm_backward.default: normalisation.native_batch_norm_backward,
    aten.var.correction: normalisation.variance,
}


# Softmax, and what a step of an optimiser is made of.
_WRITTEN_OUT: Mapping[Any, Callable[..., Any]] = {
    aten._softmax.default: fused.softmax,
    aten._log_softmax.default: fused.log_softmax,
    aten.lerp.Scalar: fused.lerp,
    aten.addcmul.default: fused.addcmul,
    aten.addcdiv.default: fused.addcdiv,
    aten.linalg_vector_norm.default: fused.vector_norm,
}
DECOMPOSITIONS = {**DECOMPOSITIONS, **_NORMALISED, **_WRITTEN_OUT}


def inner_product_factor(terms: int) -> float:
    """Error of a sum of `terms` products, in units of u |A||B|: gamma_n below 64 terms, 8 sqrt(n) from there.

    On equal terms rounding errors do not cancel, so that sqrt(n) is too little for short sums.
    """
    return min(float(terms), 8.0 * math.sqrt(terms))


class Noise(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds rounding-sized errors to every primitive evaluated inside; seeded, so that it can be repeated."""

    def __init__(self, seed: int, dtype: str = "float64", roundoff: float = INJECTED) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._share = roundoff / INJECTED
        self._random = random.Random(seed)
        # The roundings are those of a backend that computes in `dtype`.
        self._single, limits = dtype == "float32", np.finfo(dtype)
        self._smallest, self._unit = float(limits.smallest_normal), float(limits.eps) / 2
        self._overflows = 1 / float(limits.max)
        self._bias_terms = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing here is ever compiled; torch's default spends seconds on importing its compiler."""
        return False

    def add_bias(self, product: Tensor, bias: Tensor, terms: int) -> Tensor:
        """The sum of both, where the bias may have been any term, also the first, of the `terms` summed."""
        self._bias_terms = terms
        try:
            return product + bias
        finally:
            self._bias_terms = 0

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name, in_place, exact, parts = _named(func)
        if exact:
            return func(*args, **kwargs)
        # Decomposed, the mean of nothing divides by zero; what is saved for a batch norm in evaluation is empty.
        if parts is not None and all(value.numel() for value in args[:2] if isinstance(value, Tensor)):
            with self:
                return parts(*args, **kwargs)
        # What is written over may be a term of a sum.
        given = (args[0].clone(), *args[1:]) if in_place else args
        if name == "sqrt":
            # Zero with an error may be negative: then all runs would be nan, and the spread unknown.
            args = (args[0].clamp_(min=0) if in_place else args[0].clamp(min=0), *args[1:])
        result = func(*args, **kwargs)
        if isinstance(result, Tensor) and not result.is_floating_point():
            return result
        bounds = _bounds(func, name, given, kwargs, result)
        if self._bias_terms and name == "add":
            bounds = inner_product_factor(self._bias_terms) * args[1].abs() + result.abs()
        if name in ("sigmoid", "erf"):
            bounds = self._of_the_dtype(name, given[0], result, bounds)
        if in_place:  # self is the result, and later readers must see the error
            self._add(args[0], bounds, in_place=True)
            return result
        if isinstance(result, Tensor):
            return self._add(result, bounds)
        return type(result)(self._add(part, bound) for part, bound in zip(result, bounds, strict=True))

    def _of_the_dtype(self, name: str, x: Tensor, result: Tensor, bounds: Tensor) -> Tensor:
        """The bounds of functions whose usual formulas err otherwise than by units in the last place."""
        if name == "sigmoid":
            # Where exp(-x) overflows 1 / (1 + exp(-x)) is 0, in PyTorch too, and exp(x) / (1 + exp(x)) is not.
            return torch.where(result < self._overflows, x.exp() / self._unit, bounds)
        # In PyTorch's float32 1 - t r(t) exp(-x^2), Abramowitz and Stegun 7.1.26: wrong by 1.5e-7, 2.5 u, and by
        # the rounding of t (2 u, of which the polynomial, whose slope is 3.4, makes 7 u), of the polynomial (3
        # u), of the exponential (2 u) and of a product, all of them of order 1 however small x is.
        return bounds.clamp(min=16) if self._single else bounds

    def _add(self, value: Any, bound: Any, *, in_place: bool = False) -> Any:
        if not isinstance(value, Tensor) or not value.is_floating_point() or bound is None:
            return value
        largest, errors = bound.clamp_(self._smallest, _LARGE), self._uniform(value)
        if in_place:
            return value.addcmul_(largest, errors, value=self._share)
        return value.addcmul(largest, errors, value=self._share)

    def _uniform(self, value: Tensor) -> Tensor:
        count = value.numel()
        repeats = 1 + count // _ERRORS
        pool = _POOL if repeats == 1 else _POOL.repeat(repeats + 1)
        start = int(self._random.random() * (repeats * _ERRORS - count))
        if value.is_contiguous():  # in one call, of thousands
            return pool.as_strided(value.shape, value.stride(), start)
        return pool.narrow(0, start, count).view(value.shape)


@cache
def _named(func: Any) -> tuple[str, bool, bool, Callable[..., Any] | None]:
    """A primitive's name (without the underscore of one in place), whether it is that or exact, and its parts."""
    written = func.overloadpacket.__name__
    name, parts = written.rstrip("_"), DECOMPOSITIONS.get(func)
    exact = parts is None and (written in EXACT or name in EXACT)
    return name, name != written and not written.startswith("__"), exact, parts


def _bounds(func: Any, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    """|error| / u of every result: a tensor, or a tuple of them where the primitive returns several."""
    if name in _INNER_PRODUCTS:
        return _INNER_PRODUCTS[name](args, kwargs, result)
    if name in _LINEAR:
        return _linear(func, name, args, kwargs)
    if isinstance(result, Tensor):
        return result.abs() * (2 * ULPS[name]) if name in ULPS else result.abs()
    return [part.abs() if isinstance(part, Tensor) and part.is_floating_point() else None for part in result]


def _absolute(value: Any) -> Any:
    return value.abs() if isinstance(value, Tensor) and value.is_floating_point() else value


def _matrix_product(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    left, right = args[0].abs(), args[1].abs()
    if left.shape[-1] == 1:  # a product and no sum
        return result.abs()
    return inner_product_factor(left.shape[-1]) * (left @ right) + result.abs()


def _affine_product(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    # addmm / baddbmm: the bias is one more term of the sum.
    left, right = args[1].abs(), args[2].abs()
    return inner_product_factor(left.shape[-1] + 1) * (left @ right + args[0].abs())


def _sum(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    summand = args[0]
    terms = summand.numel() // max(result.numel(), 1)
    dims = args[1] if len(args) > 1 else kwargs.get("dim")
    keepdim = args[2] if len(args) > 2 else kwargs.get("keepdim", False)
    total = summand.abs().sum() if dims is None else summand.abs().sum(dims, keepdim)
    return inner_product_factor(terms) * total


def _running_sum(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    summand, dim = args[:2]
    shape = [-1 if i == dim % summand.dim() else 1 for i in range(summand.dim())]
    terms = torch.arange(1.0, summand.shape[dim] + 1, dtype=summand.dtype).reshape(shape)
    return torch.minimum(terms, 8 * terms.sqrt()) * summand.abs().cumsum(dim)


def _mean(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    terms = max(args[0].numel() // max(result.numel(), 1), 1)
    return _sum(args, kwargs, result) / terms + result.abs()


def _convolution(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    x, weight, bias = (_absolute(value) for value in args[:3])
    magnitude = torch.ops.aten.convolution.default(x, weight, bias, *args[3:])
    terms = weight[0].numel() + (bias is not None)
    return inner_product_factor(terms) * magnitude


def _convolution_backward(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> list[Any]:
    cotangent, x, weight = (_absolute(value) for value in args[:3])
    magnitudes = torch.ops.aten.convolution_backward.default(cotangent, x, weight, *args[3:])
    groups = args[9]
    positions = cotangent.numel() // max(cotangent.shape[1], 1)
    terms = (weight.numel() // max(groups * weight.shape[1], 1), positions, positions)
    return [
        None if magnitude is None else inner_product_factor(max(n, 1)) * magnitude
        for magnitude, n in zip(magnitudes, terms, strict=True)
    ]


def _adaptive_terms(size: Sequence[int], windows: Sequence[int]) -> Tensor:
    """How many terms the means of an adaptive pool have.

    They are divided by the number of rows and by that of columns: two roundings more.
    """
    rows, columns = (
        torch.tensor([-(-(i + 1) * n // count) - i * n // count for i in range(count)], dtype=torch.float64)
        for n, count in zip(size[-2:], windows[-2:], strict=True)
    )
    terms = rows[:, None] * columns + 2
    return torch.minimum(terms, 8 * terms.sqrt())


def _adaptive_mean(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    magnitude = aten._adaptive_avg_pool2d.default(args[0].abs(), *args[1:])
    return _adaptive_terms(args[0].shape, result.shape) * magnitude


def _adaptive_mean_backward(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    # The windows that hold a cell are a window themselves, with the sizes exchanged.
    magnitude = aten._adaptive_avg_pool2d_backward.default(args[0].abs(), args[1])
    return _adaptive_terms(args[0].shape, result.shape) * magnitude


def _lookup_backward(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    # embedding_dense_backward: without a padding_idx and undivided, ones add up to the number of terms.
    cotangent, indices, rows, _, scaled = args
    lookup = aten.embedding_dense_backward.default
    terms = lookup(torch.ones_like(cotangent), indices, rows, -1, False) + scaled
    return torch.minimum(terms, 8 * terms.sqrt()) * lookup(cotangent.abs(), *args[1:])


def _scaled_sum(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    # x + alpha * other: alpha is rounded to the dtype, the product is, and the sum is.
    alpha = kwargs.get("alpha", 1)
    return result.abs() if abs(alpha) == 1 else result.abs() + 2 * abs(alpha * args[1])


def _multiple(args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> Any:
    # A number that the dtype does not have is rounded once more, and in every step of a recurrence alike.
    size: Tensor = result.abs()
    numbers = [value for value in args[:2] if not isinstance(value, Tensor)]
    return size if not numbers or _is_float32(numbers[0]) else 2 * size


@cache
def _is_float32(number: float) -> bool:
    with np.errstate(over="ignore"):
        return float(np.float32(number)) == number


_INNER_PRODUCTS: Mapping[str, Callable[[tuple[Any, ...], Mapping[str, Any], Any], Any]] = {
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


def _linear(func: Any, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Tensor:
    def of(change: Callable[[Tensor], Tensor], arguments: tuple[Any, ...], **options: Any) -> Tensor:
        changed = [
            change(value) if isinstance(value, Tensor) and value.is_floating_point() else value
            for value in arguments
        ]
        result: Tensor = func(*changed, **{**kwargs, **options})
        return result

    if name.startswith(("avg_pool2d", "avg_pool3d")):
        # All arguments but the last one, the divisor; the division is one rounding more.
        terms = of(torch.ones_like, args[: 7 if name.endswith("backward") else 6], divisor_override=1) + 1
    else:
        terms = of(torch.ones_like, args)
    return torch.minimum(terms, 8 * terms.sqrt()) * of(torch.abs, args).abs()


def _rnn_cell(activation: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    # As ATen composes it, which hides from the mode that there are two sums with a bias.
    linear = torch.nn.functional.linear

    def step(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Any = None, b_hh: Any = None) -> Tensor:
        return activation(linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh))

    return step


def _lstm_cell(x: Any, states: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """Torch's own step of a network, where lstm_cell is one primitive to this mode."""
    h, c = states
    fed = torch.nn.functional.linear(x, w_ih, b_ih)
    return decompositions.lstm_cell(fed, h, c, w_hh, b_hh, None, 1)  # type: ignore[no-untyped-call]


def _gru_cell(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Any = None, b_hh: Any = None) -> Tensor:
    # As ATen composes it, as above.
    (i_r, i_z, i_n), (h_r, h_z, h_n) = (
        torch.nn.functional.linear(v, w, b).chunk(3, 1) for v, w, b in ((x, w_ih, b_ih), (h, w_hh, b_hh))
    )
    n = torch.tanh(i_n + h_n * torch.sigmoid(h_r + i_r))
    return (h - n) * torch.sigmoid(h_z + i_z) + n


# Recurrent layers have no rule for vmap; torch's own decompositions into steps have.
_STEPWISE: Mapping[str, Callable[..., Any]] = {
    "rnn_tanh": decompositions.rnn_tanh_input,
    "rnn_relu": decompositions.rnn_relu_input,
    "rnn_tanh_cell": _rnn_cell(torch.tanh),
    "rnn_relu_cell": _rnn_cell(torch.relu),
    "lstm": decompositions.lstm_impl,
    "lstm_cell": _lstm_cell,
    "gru_cell": _gru_cell,
    "gru": decompositions.gru_impl,
}


_NETWORKS = frozenset({"rnn_tanh", "rnn_relu", "lstm", "gru"})


def _for_each_step(name: str, args: tuple[Any, ...]) -> dict[int, Iterator[Tensor]]:
    """What every step of a network uses again, by its id, once for each step.

    So its cotangent is one sum over all steps, with the error of a sum in any order. Torch begins with the last
    step, and where the first one has the largest term, that is the order that errs least.
    """
    x, hx, params, has_biases, *_, batch_first = args
    steps = x.shape[1 if batch_first else 0]
    projected = name == "lstm" and hx[0].shape[2] != hx[1].shape[2]
    size = (4 if has_biases else 2) + projected
    used = {1, *((3,) if has_biases else ()), *((size - 1,) if projected else ())}
    return {
        id(tensor): iter(tensor.expand(steps, *tensor.shape).unbind(0))
        for place, tensor in enumerate(params)
        if steps and place % size in used
    }


def _folded(left: Tensor, right: Tensor) -> Tensor:
    """A matmul in which matrices that are repeated meet the whole batch at once, as rows of one long matrix.

    So the cotangent of what is repeated is a single sum, which errs more than a sum of sums. Torch's own kernel
    does either, and under vmap other than without.
    """
    rows, columns = "i" * (left.dim() > 1), "j" * (right.dim() > 1)
    batch = "..." * (max(left.dim(), right.dim()) > 2)
    return torch.einsum(f"{batch}{rows}t,{batch}t{columns}->{batch}{rows}{columns}", left, right)


def _adaptive_avg_pool2d(x: Tensor, output_size: Any) -> Tensor:
    """A mean where it is one of whole planes, as torch computes it, with strides that vmap cannot follow."""
    if output_size in (1, (1, 1), [1, 1]):
        return x.mean((-2, -1), keepdim=True)
    return torch.nn.functional.adaptive_avg_pool2d(x, output_size)


FORMS: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "matmul": (_folded,),
    "adaptive_avg_pool2d": (_adaptive_avg_pool2d,),
    "scaled_dot_product_attention": (attention.weights_first, attention.recomputed),
    "multi_head_attention_forward": (
        multihead(attention.attend_by_weights),
        multihead(attention.attend_again),
    ),
}
"""Torch's functions whose noise is that of other forms than torch's: of all in which they are computed."""

_BIASED = frozenset({"linear", "conv2d"})

_REWRITTEN = frozenset({*_STEPWISE, *FORMS, *_BIASED})


class Rewritten(TorchFunctionMode):
    """Computes functions in other ways than torch's own: under a `Noise`, and where vmap asks for it.

    Where `batched`, what vmap cannot batch is rewritten and, under noise, what it would split into parts with too
    little of it: it adds a bias to the finished product, one rounding, where a kernel may as well begin its sum
    with the bias. Under noise, functions of several forms are computed in that of number `form`, since an element
    has the noise of its noisiest, and networks step by step. `forms` is how many there are of what has been
    computed so far.
    """

    def __init__(self, noise: Noise | None, form: int = 0, *, batched: bool = True) -> None:
        super().__init__()
        self._noise, self._form, self._batched = noise, form, batched
        self._for_each_step: dict[int, Iterator[Tensor]] = {}
        self.forms = 1

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name not in _REWRITTEN:
            return func(*args, **kwargs)
        if self._noise is not None and name in _NETWORKS:
            with self:
                self._for_each_step = _for_each_step(name, args)
                try:
                    return _STEPWISE[name](*args, **kwargs)
                finally:
                    self._for_each_step = {}
        if self._batched and name in _STEPWISE:
            with self:
                return _STEPWISE[name](*args, **kwargs)
        if self._noise is None:
            return func(*args, **kwargs)
        if name == "linear":
            fresh = self._for_each_step
            args = tuple(next(fresh[id(given)]) if id(given) in fresh else given for given in args)
        if name in FORMS:
            forms = FORMS[name]
            self.forms = max(self.forms, len(forms))
            # A function of fewer forms stays in its last one.
            return forms[min(self._form, len(forms) - 1)](*args, **kwargs)
        if self._batched and name in _BIASED and len(args) > 2 and args[2] is not None:
            x, weight, bias, *options = args
            product = func(x, weight, None, *options, **kwargs)
            bias = bias if name == "linear" else bias.reshape(-1, 1, 1)
            return self._noise.add_bias(product, bias, weight[0].numel() + 1)
        return func(*args, **kwargs)
