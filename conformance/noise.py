"""Monte-Carlo arithmetic: PyTorch's own primitives, each with an error of the size that rounding may have.

Inside `Noise` every aten primitive of a float64 evaluation, forward and backward, gets a random error within
the bound that rounding.py has for it (Parker 1997, "Monte Carlo arithmetic"); below the normal range u times the
smallest normal number, which is half the spacing of subnormal numbers.

Where it is float32 that is judged, errors are injected at its own roundoff: what is not linear within a rounding
shows so alone. In float64 it is u = 2**-40, far above its own rounding and far below the curvature of the
functions; what is found is scaled to the unit roundoff at hand afterwards. Fused primitives are decomposed by
torch's own table, or by hand (fused.py, normalisation.py). Everything private to torch that the judge needs is in
this file.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import unwrap
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch._decomp import decompositions, get_decompositions
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from . import attention, fused, normalisation, rounding
from .multihead import multihead
from .recurrent import RECURRENT

aten = torch.ops.aten

INJECTED = 2.0**-40
"""Unit roundoff at which errors are injected in float64."""


def injected(dtype: str) -> float:
    """Unit roundoff at which errors are injected: in float32 its own.

    A sum may be pushed across a kink; a variance that ought to be next to nothing is what the square of the
    mean's error makes of it.
    """
    return max(INJECTED, float(np.finfo(dtype).eps) / 2)


_ERRORS = 2**18
_POOL = torch.rand(_ERRORS, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
_POOL.mul_(2).sub_(1).mul_(INJECTED)
"""Errors uniform within one roundoff; a primitive takes as many as it needs, from a random place on."""

_LARGE = 1e300
"""What is larger gets no larger an error: where a value is not finite there is nothing to round."""

# Decomposed into primitives that have a bound, by torch itself.
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


class Noise(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds rounding-sized errors to every primitive evaluated inside; seeded, so that it can be repeated."""

    def __init__(self, seed: int, dtype: str = "float64") -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._share = injected(dtype) / INJECTED
        self._random = random.Random(seed)
        # The roundings are those of a backend that computes in `dtype`.
        self._limits = np.finfo(dtype)
        self._smallest = float(self._limits.smallest_normal)
        self._joined = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing here is ever compiled; torch's default spends seconds on importing its compiler."""
        return False

    def joined(self, products: Tensor, term: Tensor, count: int) -> Tensor:
        """A sum of so many products, and another term, which may have been any in order, also the first."""
        self._joined = count + 1
        try:
            return products + term
        finally:
            self._joined = 0

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
        bounds = rounding.bounds(func, name, given, kwargs, result, self._limits)
        if self._joined and name == "add":
            bounds = rounding.inner_product_factor(self._joined) * args[1].abs() + result.abs()
        if in_place:  # self is the result, and later readers must see the error
            self._add(args[0], bounds, in_place=True)
            return result
        if isinstance(result, Tensor):
            return self._add(result, bounds)
        return type(result)(self._add(part, bound) for part, bound in zip(result, bounds, strict=True))

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
    exact = parts is None and (written in rounding.EXACT or name in rounding.EXACT)
    return name, name != written and not written.startswith("__"), exact, parts


# Recurrent layers have no rule for vmap; torch's own decompositions into steps have.
_STEPWISE: Mapping[str, Callable[..., Any]] = {
    "rnn_tanh": decompositions.rnn_tanh_input,
    "rnn_relu": decompositions.rnn_relu_input,
    "lstm": decompositions.lstm_impl,
    "gru": decompositions.gru_impl,
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

_REWRITTEN = frozenset({*_STEPWISE, *RECURRENT, *FORMS, *_BIASED})


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
        self.forms = 1

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name not in _REWRITTEN:
            return func(*args, **kwargs)
        if self._noise is None:
            if name not in _STEPWISE:
                return func(*args, **kwargs)
            with self:
                return _STEPWISE[name](*args, **kwargs)
        if name in RECURRENT:
            with self:
                return RECURRENT[name](self._noise.joined, *args, **kwargs)
        if name in FORMS:
            forms = FORMS[name]
            self.forms = max(self.forms, len(forms))
            # A function of fewer forms stays in its last one.
            return forms[min(self._form, len(forms) - 1)](*args, **kwargs)
        if self._batched and name in _BIASED and len(args) > 2 and args[2] is not None:
            x, weight, bias, *options = args
            product = func(x, weight, None, *options, **kwargs)
            bias = bias if name == "linear" else bias.reshape(-1, 1, 1)
            return self._noise.joined(product, bias, weight[0].numel())
        return func(*args, **kwargs)
