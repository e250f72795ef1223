"""Judging a function of one's own: the engine's door for a notebook or somebody's own test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .backend import Declaration
from .engine import judge_kernel
from .errors import UsageError
from .kernel import Kernel
from .operation import Operation
from .verdict import Verdict


@dataclass(frozen=True)
class Judgement:
    """The verdicts on one kernel, for a notebook or somebody's own test."""

    verdicts: tuple[Verdict, ...]

    @property
    def conforms(self) -> bool:
        """Whether every verdict conforms."""
        return all(verdict.status.conforms for verdict in self.verdicts)

    def check(self) -> None:
        """Raise AssertionError with every failure in words unless all verdicts conform."""
        bad = [v for v in self.verdicts if not v.status.conforms]
        if bad:
            raise AssertionError("\n".join(f"{v.id}: {v.status}: {v.message}" for v in bad))


def judge(
    operation: str | Operation,
    *,
    forward: Callable[..., Any] | None = None,
    vjp: Callable[..., Any] | None = None,
    dtypes: Sequence[str] = ("float32", "float64"),
    laws: Sequence[str] | None = None,
    examples: int = 100,
    contents: int = 1,
    seed: int = 0,
    name: str = "judged",
) -> Judgement:
    """Judge one function (or a forward and a vjp) as an operation of the specification.

    Raises UsageError for an unknown operation, law or dtype, or where neither function is given.
    """
    from .selection import choose_dtypes, choose_laws, choose_operations, natural, not_negative

    chosen = choose_operations([operation])[0] if isinstance(operation, str) else operation
    selected = choose_laws(laws) if laws is not None else None
    natural("examples", examples)
    natural("contents", contents)
    not_negative("seed", seed)
    if forward is None and vjp is None:
        raise UsageError("judge() needs forward= or vjp=, a function (params, *inputs, **config)")
    kernel = Kernel(chosen.name, forward, vjp)
    declaration = Declaration(name=name)
    verdicts: list[Verdict] = []
    for dtype in choose_dtypes(dtypes):
        verdicts += judge_kernel(
            chosen,
            kernel,
            declaration,
            dtype=dtype,
            laws=selected,
            examples=examples,
            contents=contents,
            seed=seed,
        )
    return Judgement(tuple(verdicts))
