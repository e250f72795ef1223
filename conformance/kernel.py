"""Calling a kernel: fresh copies in, checked structure out, every misbehaviour an exception of its own."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .case import Case, copy_array
from .tree import Array, Tree


class CallFault(Exception):
    """A call that gave no result to judge; `kind` keeps shrinking on one fault."""

    PREFIX = "call: "
    kind = PREFIX + "fault"


class Refused(CallFault):
    """The kernel raised NotImplementedError: it does not support the case."""

    kind = CallFault.PREFIX + "refused"


class Raised(CallFault):
    """The kernel raised something else on a valid case."""

    def __init__(self, original: BaseException) -> None:
        super().__init__(f"{type(original).__name__}: {_one_line(original)}")
        self.original = original
        self.kind = f"{self.PREFIX}raised {type(original).__name__}"


class Malformed(CallFault):
    """What the kernel returned is no tree of arrays."""

    kind = CallFault.PREFIX + "malformed"


@dataclass(frozen=True)
class Kernel:
    """One backend's code for one operation; `vjp` is None where it has no gradients."""

    operation: str
    forward: Callable[..., Any] | None
    vjp: Callable[..., Any] | None


@dataclass(frozen=True)
class Arguments:
    """The copies handed to one call: kept, so that changes and shared memory can be seen afterwards.

    `passed` are the inputs as the kernel gets them, some of them perhaps gathered in mappings.
    """

    params: dict[str, Array]
    inputs: tuple[Array | None, ...]
    passed: tuple[Any, ...]

    @classmethod
    def of(cls, case: Case) -> "Arguments":
        inputs = tuple(None if array is None else copy_array(array) for array in case.inputs)
        params = {name: copy_array(array) for name, array in case.params.items()}
        return cls(params, inputs, case.passed(inputs))


def call_forward(kernel: Kernel, case: Case, arguments: Arguments) -> Tree:
    """The output of the kernel's forward (of its vjp, where it has only that)."""
    if kernel.forward is None:
        return call_vjp(kernel, case, arguments)[0]
    return as_tree(_call(kernel.forward, "forward", case, arguments), "forward() returned")


def call_vjp(kernel: Kernel, case: Case, arguments: Arguments) -> tuple[Tree, Callable[..., Any]]:
    """The output and the pullback of the kernel's vjp."""
    assert kernel.vjp is not None
    result = _call(kernel.vjp, "vjp", case, arguments)
    if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
        raise Malformed(f"vjp() returned {describe(result)}, expected (output, pullback)")
    return as_tree(result[0], "vjp() returned an output that is"), result[1]


def call_pullback(
    pullback: Callable[..., Any], case: Case, cotangent: Tree
) -> tuple[dict[str, Array | None], tuple[Array | None, ...]]:
    """The cotangents of params (by name) and inputs (in order)."""
    result = guarded(lambda: pullback(cotangent))
    if not (isinstance(result, tuple) and len(result) == 2):
        raise Malformed(
            f"pullback() returned {describe(result)}, expected (params_cotangents, inputs_cotangents)"
        )
    params, inputs = result
    if not isinstance(params, Mapping) or set(params) != set(case.params):
        found = sorted(map(str, params)) if isinstance(params, Mapping) else describe(params)
        raise Malformed(f"pullback() returned params cotangents {found}, expected {sorted(case.params)}")
    if not isinstance(inputs, tuple) or len(inputs) != len(case.inputs):
        raise Malformed(
            f"pullback() returned inputs cotangents {describe(inputs)}, expected a tuple of {len(case.inputs)}"
        )
    return (
        {name: _leaf(params[name], f"cotangent of {name} is") for name in case.params},
        tuple(_leaf(value, f"cotangent of input {i} is") for i, value in enumerate(inputs)),
    )


def as_tree(value: Any, what: str) -> Tree:
    """`value` as an array or nested tuples and mappings of arrays; a NumPy scalar is a 0-d array.

    None in a tuple is a part that is left out, as attention's weights are where nobody asks for them.
    """
    if isinstance(value, tuple):
        return tuple(None if branch is None else as_tree(branch, what) for branch in value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise Malformed(f"{what} a mapping with a key that is no string")
        return {key: as_tree(branch, what) for key, branch in value.items()}
    leaf = _leaf(value, what)
    if leaf is None:
        raise Malformed(f"{what} None, expected a NumPy array or nested tuples of them")
    return leaf


def describe(value: Any) -> str:
    """A short description of any returned value for a message."""
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return "None" if value is None else f"a {type(value).__name__}"


def _leaf(value: Any, what: str) -> Array | None:
    if value is None:
        return None
    if isinstance(value, np.generic):
        value = np.asarray(value)
    # A subclass (a masked array, a matrix) compares and indexes by rules of its own.
    if type(value) is not np.ndarray or value.dtype.kind not in "fiub":
        kind = f"dtype {value.dtype}" if type(value) is np.ndarray else describe(value)
        raise Malformed(f"{what} {kind}, expected a NumPy array of numbers")
    return value


def _call(function: Callable[..., Any], name: str, case: Case, arguments: Arguments) -> Any:
    try:
        return guarded(lambda: function(arguments.params, *arguments.passed, **case.config))
    except Raised as fault:
        if isinstance(fault.original, TypeError):
            _check_signature(function, name, case, arguments)
        raise


def _check_signature(function: Callable[..., Any], name: str, case: Case, arguments: Arguments) -> None:
    """Say so where it is the signature that does not take the call."""
    try:
        inspect.signature(function).bind(arguments.params, *arguments.passed, **case.config)
    except TypeError as error:
        options = ", ".join(case.config)
        names = ", ".join(f"input_{i}" for i in range(len(arguments.passed)))
        wanted = f"{name}(params, {names}{', *, ' + options if options else ''})"
        raise Raised(TypeError(f"{name}() has the wrong signature: {error}; expected {wanted}")) from error
    except ValueError:
        pass  # a builtin without a signature


def guarded(call: Callable[[], Any]) -> Any:
    """The call's result; what it raises becomes Refused or Raised. Ctrl-C stays Ctrl-C."""
    try:
        with np.errstate(all="ignore"):
            return call()
    except NotImplementedError as error:
        raise Refused(_one_line(error) or "no reason given") from error
    except (Exception, SystemExit, GeneratorExit) as error:
        raise Raised(error) from error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
