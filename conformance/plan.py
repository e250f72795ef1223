"""A plan: which backends are judged on what, with every name resolved and nothing of a backend's run yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .backend import DTYPES, Backend, bundled_names, find_folder, load
from .errors import UsageError
from .expectations import Expectation, read_expectations
from .law import Law
from .operation import Operation
from .operations import OPERATIONS
from .selection import (
    SPECIFICATION,
    check_kinks,
    choose_dtypes,
    choose_laws,
    choose_operations,
    choose_profile,
    laws_of,
    natural,
    not_negative,
)
from .worker import Task


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run judges; `laws` is None where all are asked, `expectations` are each backend's by its name."""

    backends: tuple[Backend, ...]
    expectations: Mapping[str, tuple[Expectation, ...]]
    operations: tuple[Operation, ...]
    laws: tuple[Law, ...] | None
    dtypes: tuple[str, ...]
    examples: int
    contents: int
    seed: int

    def tasks(self) -> tuple[Task, ...]:
        """One task for each backend and operation, in the report's order."""
        return tuple(
            Task(
                backend=backend.name,
                address=backend.address,
                operation=operation.name,
                laws=None if self.laws is None else tuple(law.name for law in self.laws),
                dtypes=self.dtypes,
                examples=self.examples,
                contents=self.contents,
                seed=self.seed,
                expectations=tuple(
                    expectation
                    for expectation in self.expectations[backend.name]
                    if expectation.entry.operation == operation.name
                ),
            )
            for backend in self.backends
            for operation in self.operations
        )

    def laws_of(self, operation: Operation) -> tuple[Law, ...]:
        """The laws that apply to an operation and are asked for."""
        return tuple(law for law in laws_of(operation) if self.laws is None or law in self.laws)


def make_plan(
    *,
    backends: Sequence[str] = (),
    operations: Sequence[str] | None = None,
    profile: str | None = None,
    laws: Sequence[str] | None = None,
    dtypes: Sequence[str] | None = None,
    examples: int = 100,
    contents: int = 1,
    seed: int = 0,
) -> Plan:
    """Resolve what a user asked for: no backends are all bundled ones, None is everything.

    Raises UsageError for an unknown name, a number out of range, a malformed backend.toml, two backends of one
    name, a wrong expectations.toml, and where no law asked for applies.
    """
    natural("examples", examples)
    natural("contents", contents)
    not_negative("seed", seed)
    if profile is not None:
        chosen = choose_profile(profile)
    else:
        chosen = SPECIFICATION if operations is None else choose_operations(operations)
    selected = None if laws is None else choose_laws(laws)
    found = _survey(backends or bundled_names())
    plan = Plan(
        backends=found,
        expectations={backend.name: read_expectations(find_folder(backend.address)) for backend in found},
        operations=chosen,
        laws=selected,
        dtypes=DTYPES if dtypes is None else choose_dtypes(dtypes),
        examples=examples,
        contents=contents,
        seed=seed,
    )
    judged = tuple(operation for operation in chosen if plan.laws_of(operation))
    if not judged:
        raise UsageError(
            f"nothing to judge: {', '.join(laws or ())} does not apply to {', '.join(o.name for o in chosen)}"
        )
    return Plan(**{**vars(plan), "operations": judged})


def _survey(addresses: Sequence[str]) -> tuple[Backend, ...]:
    names = tuple(operation.name for operation in OPERATIONS)
    found: dict[str, Backend] = {}
    for address in addresses:
        backend = load(address, names, only=())
        check_kinks(backend.declaration)
        if backend.name in found:
            first = found[backend.name].address
            raise UsageError(
                f"two backends are named {backend.name!r} ({first} and {address}): "
                "a name is a row of the report; give one of them another in its backend.toml"
            )
        found[backend.name] = backend
    return tuple(found.values())
