"""torchstone diff: what is an improvement, what is a regression, and what is neither."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import report
from conformance.__main__ import main
from conformance.backend import Declaration
from conformance.diff import ORDER
from conformance.report import Report
from conformance.verdict import Status, Verdict

PASSED = Verdict(
    backend="mine",
    operation="linear",
    law="agreement",
    dtype="float32",
    status=Status.PASSED,
    cases=10,
    elements=100,
    headroom=0.05,
)


def written(
    directory: Path,
    verdicts: Sequence[Verdict],
    *,
    complete: bool = True,
    examples: int = 10,
    declared: Sequence[Declaration] = (Declaration(name="mine"),),
) -> Path:
    """A report with these verdicts."""
    header = report.header(0, examples, None, declared, {"mine": "./mine"})
    report.write(directory, Report(header, tuple(verdicts), complete))
    return directory


def told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: Sequence[Verdict], new: Sequence[Verdict]
) -> tuple[int, list[str]]:
    """Exit status and lines of `torchstone diff`."""
    status = main(["diff", str(written(tmp_path / "old", old)), str(written(tmp_path / "new", new))])
    return status, capsys.readouterr().out.splitlines()


def test_the_order_knows_every_status() -> None:
    """What conforms is better than what does not."""
    assert set(ORDER) == set(Status)
    conforming = [status.conforms for status in ORDER]
    assert conforming == sorted(conforming, reverse=True)


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("passed", "failed", "regressed (1)"),
        ("passed", "unsupported", "regressed (1)"),
        ("failed", "crashed", "regressed (1)"),
        ("expected_failure", "unexpected_pass", "regressed (1)"),
        ("unsupported", "vacuous", "regressed (1)"),
        ("failed", "passed", "improved (1)"),
        ("unsupported", "passed", "improved (1)"),
        ("expected_failure", "passed", "improved (1)"),
        ("failed", "unsupported", "improved (1)"),
        ("passed", "expected_failure", "expected to fail from now on (1)"),
        ("failed", "expected_failure", "expected to fail from now on (1)"),
    ],
)
def test_a_status_that_changed(
    old: str, new: str, title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 for a regression alone; the verdict and both statuses are named."""
    before, after = (replace(PASSED, status=Status(status)) for status in (old, new))
    status, lines = told(tmp_path, capsys, [before], [after])
    words = f"  mine/linear/agreement/float32  {old} -> {new}".replace("_", " ")
    assert lines == [title, words, "0 of 1 verdicts as before"]
    assert status == (title == "regressed (1)")


def test_nothing_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the statuses are, there is no more to say."""
    verdicts = [replace(PASSED, law=status.value, status=status) for status in Status]
    assert told(tmp_path, capsys, verdicts, verdicts) == (0, ["9 of 9 verdicts as before"])


def test_added_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are named with their status, and are no regression."""
    fresh = replace(PASSED, law="vjp", status=Status.FAILED, message="it is\nwrong")
    status, lines = told(tmp_path, capsys, [PASSED], [fresh])
    assert status == 0
    assert lines[:4] == [
        "added (1)",
        "  mine/linear/vjp/float32  failed: it is wrong",
        "removed (1)",
        "  mine/linear/agreement/float32  was passed",
    ]


@pytest.mark.parametrize("law", [None, "vjp"])
def test_a_crash_removes_nothing(law: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a crash did not let judge is not removed, and a crash that is gone is not missed."""
    crash = replace(PASSED, law=law, dtype=None, status=Status.CRASHED)
    assert not any("removed" in line for line in told(tmp_path, capsys, [PASSED], [crash])[1])
    assert not any("removed" in line for line in told(tmp_path, capsys, [crash], [PASSED])[1])


@pytest.mark.parametrize(
    ("old", "new", "grown"),
    [
        (0.05, 0.2, True),
        (None, 0.2, True),
        (0.05, 0.1, False),
        (0.001, 0.09, False),
        (0.2, 0.4, False),
        (0.2, 0.41, True),
        (0.9, None, False),
    ],
)
def test_headroom_has_grown(
    old: float | None, new: float | None, grown: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is more than twice what it was, and above a tenth of what is allowed: told, and no regression."""
    status, lines = told(tmp_path, capsys, [replace(PASSED, headroom=old)], [replace(PASSED, headroom=new)])
    assert status == 0
    assert ("headroom grown (1)" in lines) == grown


def test_other_settings_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fewer examples and another declaration are no verdict, and explain many."""
    old = written(tmp_path / "old", [PASSED])
    declared = Declaration(name="mine", flushes_subnormals=True)
    new = written(tmp_path / "new", [PASSED], complete=False, examples=5, declared=[declared])
    assert main(["diff", str(old), str(new)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{new / 'report.jsonl'} is partial: the run was interrupted",
        "examples: 10 -> 5",
        "mine declares flushes_subnormals = True (was False)",
        "1 of 1 verdicts as before",
    ]


def test_it_fits_a_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What does not fit is counted."""
    old = [replace(PASSED, law=f"law_{number}") for number in range(50)]
    lines = told(tmp_path, capsys, old, [replace(verdict, status=Status.FAILED) for verdict in old])[1]
    assert len(lines) < 25
    assert "  and 30 more" in lines
