"""Verdicts: what the judge says of one backend, operation, law and dtype."""

from dataclasses import dataclass
from enum import StrEnum

from .case import Case


class Status(StrEnum):
    """The outcomes, each a fact of its own: wrong, raised and not claimed are not the same."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    UNSUPPORTED = "unsupported"
    VACUOUS = "vacuous"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    EXPECTED_FAILURE = "expected_failure"
    UNEXPECTED_PASS = "unexpected_pass"

    @property
    def conforms(self) -> bool:
        """Whether a run with this verdict may exit with status 0."""
        return self in (Status.PASSED, Status.UNSUPPORTED, Status.EXPECTED_FAILURE)


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """The smallest case found, with what was expected and what the backend gave, both as text."""

    case: Case
    expected: str
    actual: str
    size: int
    shrinking_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was judged and how it came out.

    `cases` judged, of which `refused` were answered by NotImplementedError with `refusals` as the distinct
    reasons; `elements` compared (or assertions made); `headroom` is the largest observed error / allowed
    error, None where nothing was compared within an allowance; `seconds` of wall time; `diagnosis` names the
    known defect that fails in the same way.
    """

    backend: str
    operation: str
    law: str | None
    dtype: str | None
    status: Status
    cases: int = 0
    refused: int = 0
    refusals: tuple[str, ...] = ()
    elements: int = 0
    headroom: float | None = None
    seconds: float = 0.0
    message: str | None = None
    counterexample: Counterexample | None = None
    diagnosis: str | None = None

    @property
    def id(self) -> str:
        """The stable short name: backend/operation/law/dtype."""
        return "/".join(part for part in (self.backend, self.operation, self.law, self.dtype) if part)
