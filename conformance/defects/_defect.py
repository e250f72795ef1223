"""A defect: one small mistake in an otherwise right computation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..backend import DTYPES
from ..eager import Function, eager_kernel
from ..kernel import Kernel


@dataclass(frozen=True, kw_only=True)
class Defect:
    """A wrong kernel that the judge must reject.

    `sentence` says what people get wrong, `law` names a law that rejects it in each of `dtypes`, `seen` is a
    link to where it was met in the wild. `vjp` is None where the mistake is in the forward alone.
    """

    name: str
    sentence: str
    law: str
    forward: Callable[..., Any]
    vjp: Callable[..., Any] | None = None
    dtypes: tuple[str, ...] = DTYPES
    seen: str | None = None

    @property
    def operation(self) -> str:
        """The operation it is an implementation of: the first part of its name."""
        return self.name.partition(".")[0]

    @property
    def kernel(self) -> Kernel:
        """The wrong kernel, as the judge takes it."""
        return Kernel(self.operation, self.forward, self.vjp)


def wrong(
    operation: str, function: Function, *, law: str, dtypes: tuple[str, ...] = DTYPES, seen: str | None = None
) -> Defect:
    """A wrong function of tensors, `(params, *inputs, **config) -> output`, with autograd's derivative of it.

    The function's name is the defect's, its docstring the sentence.
    """
    kernel = eager_kernel(operation, function)
    assert kernel.forward is not None
    return _defect(operation, function, kernel.forward, kernel.vjp, law, dtypes, seen)


def wrong_forward(
    operation: str,
    forward: Callable[..., Any],
    *,
    law: str,
    dtypes: tuple[str, ...] = DTYPES,
    seen: str | None = None,
) -> Defect:
    """A wrong `forward` of arrays alone: for mistakes that tensors cannot make."""
    return _defect(operation, forward, forward, None, law, dtypes, seen)


def wrong_vjp(
    operation: str,
    vjp: Callable[..., Any],
    *,
    law: str,
    dtypes: tuple[str, ...] = DTYPES,
    seen: str | None = None,
) -> Defect:
    """A right forward with a wrong `vjp` of arrays."""
    forward = eager_kernel(operation).forward
    assert forward is not None
    return _defect(operation, vjp, forward, vjp, law, dtypes, seen)


def _defect(
    operation: str,
    named: Callable[..., Any],
    forward: Callable[..., Any],
    vjp: Callable[..., Any] | None,
    law: str,
    dtypes: tuple[str, ...],
    seen: str | None,
) -> Defect:
    return Defect(
        name=f"{operation}.{named.__name__}",
        sentence=" ".join((named.__doc__ or "").split()),
        law=law,
        forward=forward,
        vjp=vjp,
        dtypes=dtypes,
        seen=seen,
    )
