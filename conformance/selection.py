"""Names that a user gives, resolved to operations, laws and dtypes; an unknown one is a UsageError."""

import difflib
from collections.abc import Iterable, Sequence

from .backend import DTYPES
from .errors import UsageError
from .law import Law
from .laws import LAWS
from .operation import Operation
from .operations import OPERATIONS


def all_laws() -> tuple[Law, ...]:
    """The laws of every operation, then each operation's own."""
    return (*LAWS, *(law for operation in OPERATIONS for law in operation.laws))


def profiles() -> dict[str, tuple[str, ...]]:
    """The profiles: named sets of operations."""
    found: dict[str, tuple[str, ...]] = {}
    for operation in OPERATIONS:
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


def choose_operations(names: Sequence[str]) -> tuple[Operation, ...]:
    """The operations named, in the specification's order."""
    choose("operation", names, (operation.name for operation in OPERATIONS))
    return tuple(operation for operation in OPERATIONS if operation.name in names)


def choose_profile(name: str) -> tuple[Operation, ...]:
    """The operations of a profile."""
    choose("profile", [name], profiles())
    return choose_operations(profiles()[name])


def choose_laws(names: Sequence[str]) -> tuple[Law, ...]:
    """The laws named."""
    known = all_laws()
    choose("law", names, (law.name for law in known))
    return tuple(law for law in known if law.name in names)


def choose_dtypes(names: Sequence[str]) -> tuple[str, ...]:
    """The dtypes named."""
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
