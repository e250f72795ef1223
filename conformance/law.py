"""A law: a plain function of a trial that raises Violation where a kernel breaks it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .trial import Trial


class Source(StrEnum):
    """Where a law's cases come from."""

    DRAWN = "drawn"
    SPECIAL = "special"
    REJECTS = "rejects"
    KINKS = "kinks"


@dataclass(frozen=True, kw_only=True)
class Law:
    """A property that every kernel must have.

    `needs_vjp`: a kernel without gradients is `unsupported` here. `counts_informative`: vacuous when fewer than
    half of the non-empty cases compare an informative element. `needs_determinism`: does not apply to a backend
    that declares itself not bitwise deterministic. `every_content`: where several contents are drawn for one
    structure, the law is asked about all of them, the others about the first. `one_in`: it is asked about one
    case for so many of the examples only, because it takes so long (see Operation.every).
    """

    check: "Callable[[Trial], None]"
    source: Source = Source.DRAWN
    needs_vjp: bool = False
    counts_informative: bool = False
    needs_determinism: bool = False
    every_content: bool = False
    one_in: int = 1

    @property
    def name(self) -> str:
        """The function's name."""
        return self.check.__name__

    @property
    def sentence(self) -> str:
        """The first line of the function's docstring."""
        return (self.check.__doc__ or "").strip().splitlines()[0]


class Violation(AssertionError):
    """A law broken by one case; `kind` keeps shrinking on one fault."""

    def __init__(self, message: str, *, kind: str = "value", expected: str = "", actual: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.expected = expected
        self.actual = actual


class NotJudged(Exception):
    """The law cannot judge this case because another law's fault is in the way."""
