"""Names that a user gives, resolved to operations, laws and dtypes; an unknown one is a UsageError."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .backend import DTYPES, Backend, Declaration, load
from .errors import UsageError
from .law import Law, Source
from .laws import LAWS
from .models import MODELS, ModelOperation
from .operation import Operation
from .operations import OPERATIONS

SPECIFICATION: tuple[Operation, ...] = (*OPERATIONS, *MODELS)
"""All that a backend can be judged on: the single operations, then the models composed of them."""


def all_laws() -> tuple[Law, ...]:
    """The laws of every operation, then each operation's own."""
    return (*LAWS, *(law for operation in SPECIFICATION for law in operation.laws))


def laws_of(operation: Operation) -> tuple[Law, ...]:
    """The laws that apply to an operation, in the report's order."""
    given = {
        Source.DRAWN: True,
        Source.SPECIAL: operation.special is not None,
        Source.KINKS: bool(operation.kinks),
        Source.REJECTS: bool(operation.rejects),
    }
    return tuple(
        law
        for law in (*LAWS, *operation.laws)
        if given[law.source] and (operation.differentiable or not law.needs_vjp)
    )


def profiles() -> dict[str, tuple[str, ...]]:
    """The profiles: named sets of operations."""
    found: dict[str, tuple[str, ...]] = {}
    for operation in SPECIFICATION:
        found[operation.profile] = (*found.get(operation.profile, ()), operation.name)
    return found


def choose(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Complain about the first name that is not known, with the nearest one."""
    options = list(dict.fromkeys(known))
    for name in names:
        if name not in options:
            near = difflib.get_close_matches(name, options, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"unknown {kind} {name!r}{hint} (known: {', '.join(options)})")


def check_kinks(declaration: Declaration) -> None:
    """Complain about a declared kink, or a convention for it, that no operation knows."""
    known = {f"{o.name}.{kink.name}": kink.alternatives for o in OPERATIONS for kink in o.kinks}
    places = {name: conventions for name, conventions in known.items() if conventions}
    choose(f"kink in {declaration.name}'s backend.toml", declaration.kinks, places)
    for name, convention in declaration.kinks.items():
        choose(f"convention for {name} in {declaration.name}'s backend.toml", [convention], places[name])


def choose_operations(names: Sequence[str]) -> tuple[Operation, ...]:
    """The operations named, in the specification's order."""
    choose("operation", names, (operation.name for operation in SPECIFICATION))
    return tuple(operation for operation in SPECIFICATION if operation.name in names)


def choose_profile(name: str) -> tuple[Operation, ...]:
    """The operations of a profile."""
    choose("profile", [name], profiles())
    return choose_operations(profiles()[name])


def load_for(address: str, operation: Operation) -> Backend:
    """The backend with the kernels that judging `operation` takes; a model's own is composed of the others."""
    names = tuple(known.name for known in OPERATIONS)
    needs = operation.needs if isinstance(operation, ModelOperation) else (operation.name,)
    backend = load(address, names, only=needs)
    check_kinks(backend.declaration)
    if not isinstance(operation, ModelOperation):
        return backend
    return replace(backend, kernels={**backend.kernels, operation.name: operation.kernel(backend)})


def choose_laws(names: Sequence[str]) -> tuple[Law, ...]:
    """The laws named."""
    known = all_laws()
    choose("law", names, (law.name for law in known))
    return tuple(law for law in known if law.name in names)


def choose_dtypes(names: Sequence[str]) -> tuple[str, ...]:
    """The dtypes named; a single name may stand for itself."""
    names = (names,) if isinstance(names, str) else names
    choose("dtype", names, DTYPES)
    return tuple(dtype for dtype in DTYPES if dtype in names)


def natural(what: str, value: int) -> int:
    """`value`, if it is 1 or more."""
    if value < 1:
        raise UsageError(f"{what} = {value}: expected 1 or more")
    return value


def not_negative(what: str, value: int) -> int:
    """`value`, if it is 0 or more."""
    if value < 0:
        raise UsageError(f"{what} = {value}: expected 0 or more")
    return value
