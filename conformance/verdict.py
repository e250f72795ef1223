"""Verdicts: what the judge says of one backend, operation, law and dtype."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    reasons, and `ill_conditioned` were rejected because their own allowance says that nothing can be concluded;
    `elements` compared (or assertions made); `tiers` counts the comparisons made in each tier (exact, float64,
    native); `headroom` is the largest observed error / allowed error and `worst` where it was, None where
    nothing was compared within a derived allowance; `seconds` of wall time; `found_at` is the number of the case
    that showed the fault; `diagnosis` names the known defect that fails in the same way; `expectation` is the
    place (file:line) of the entry of expectations.toml that decided instead of a search.
    """

    backend: str
    operation: str
    law: str | None
    dtype: str | None
    status: Status
    cases: int = 0
    refused: int = 0
    refusals: tuple[str, ...] = ()
    ill_conditioned: int = 0
    elements: int = 0
    tiers: Mapping[str, int] = field(default_factory=dict)
    headroom: float | None = None
    worst: str | None = None
    seconds: float = 0.0
    found_at: int | None = None
    message: str | None = None
    counterexample: Counterexample | None = None
    diagnosis: str | None = None
    expectation: str | None = None

    @property
    def id(self) -> str:
        """The stable short name: backend/operation/law/dtype."""
        return "/".join(part for part in (self.backend, self.operation, self.law, self.dtype) if part)
