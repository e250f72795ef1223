"""torchstone gate: what turns it red, and the way of a fault through it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.__main__ import main
from conformance.meta_tests.test_diff import PASSED, written
from conformance.meta_tests.test_expectations import RIGHT, WRONG
from conformance.meta_tests.test_workers import backend
from conformance.verdict import Status, Verdict

FAILED = replace(PASSED, status=Status.FAILED, message="output: it is wrong", diagnosis="matches `linear.x`")
ANOTHER = replace(PASSED, law="vjp")

Gate = Callable[..., tuple[int, str]]


@pytest.fixture
def gate(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Gate:
    """The gate between a baseline and a report: (exit status, what it prints)."""
    monkeypatch.chdir(tmp_path)

    def call(old: list[Verdict], new: list[Verdict], examples: int = 10) -> tuple[int, str]:
        baseline = written(Path("old"), old) / "report.jsonl"
        written(Path("report"), new, examples=examples)
        status = main(["gate", "--baseline", str(baseline), "report"])
        return status, capsys.readouterr().out

    return call


def test_the_same_is_green(gate: Gate) -> None:
    """A fault that the baseline has too is no worse, and is counted."""
    status, text = gate([PASSED, replace(FAILED, law="vjp")], [PASSED, replace(FAILED, law="vjp")])
    assert status == 0
    assert text.splitlines() == [
        "gate: green",
        "",
        "2 verdicts, 0 expected failures, 1 that do not conform",
    ]


def test_red_says_why_and_where(gate: Gate) -> None:
    """The verdict, what it was, what is wrong, the diagnosis, the command, the line, and what to do."""
    status, text = gate([PASSED, ANOTHER], [FAILED, ANOTHER])
    assert status == 1
    assert text.splitlines() == [
        "gate: red",
        "",
        "worse than the baseline",
        "  mine / linear / agreement  float32  passed -> failed",
        "    output: it is wrong",
        "    matches `linear.x`",
        "    replay: torchstone run ./mine --operations linear --laws agreement --dtypes float32 "
        "--examples 10 --seed 0",
        "    report/report.jsonl:2",
        "",
        "To keep a fault, give it a reason: torchstone expectations update REPORT DIR",
        "To accept all that the report says: cp report/report.jsonl old/report.jsonl",
        "2 verdicts, 0 expected failures, 1 that do not conform",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (PASSED, replace(PASSED, status=Status.UNSUPPORTED), "passed -> unsupported"),
        (FAILED, replace(PASSED, status=Status.CRASHED), "failed -> crashed"),
        (ANOTHER, FAILED, "not judged -> failed"),
        (PASSED, replace(PASSED, cases=9), "9 cases, 10 in the baseline"),
        (
            PASSED,
            replace(PASSED, refused=2, refusals=("no bias",)),
            "2 cases refused, 0 in the baseline (new: no bias)",
        ),
        (ANOTHER, PASSED, "in the baseline, and not judged any more"),
    ],
)
def test_red(old: Verdict, new: Verdict, said: str, gate: Gate) -> None:
    """A worse verdict, a new fault, fewer checks, a missing verdict."""
    status, text = gate([old], [new])
    assert status == 1
    assert said in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (FAILED, PASSED),
        (PASSED, replace(PASSED, status=Status.EXPECTED_FAILURE, cases=1, expectation="expectations.toml:3")),
        (replace(PASSED, status=Status.EXPECTED_FAILURE, cases=1), PASSED),
        (PASSED, replace(PASSED, cases=11, elements=1)),
        (replace(PASSED, refused=3), PASSED),
        (replace(PASSED, status=Status.UNSUPPORTED), replace(PASSED, refused=3)),
        (replace(PASSED, law=None, dtype=None, status=Status.CRASHED), PASSED),
    ],
)
def test_green(old: Verdict, new: Verdict, gate: Gate) -> None:
    """What is better, expected for a reason, or new and conforming."""
    assert gate([old], [new])[0] == 0
    assert gate([old], [new, replace(ANOTHER, law="purity")])[0] == 0


def test_a_new_excuse_is_told_under_a_green_light(gate: Gate) -> None:
    """Its reason and its line are there to be read."""
    excused = replace(
        PASSED, status=Status.EXPECTED_FAILURE, message="no bias", expectation="expectations.toml:3"
    )
    text = gate([PASSED], [excused])[1]
    told = "expected from now on: mine/linear/agreement/float32 (no bias; ./mine/expectations.toml:3)"
    assert told in text.splitlines()


@pytest.mark.parametrize("old", [PASSED, replace(PASSED, status=Status.UNEXPECTED_PASS), ANOTHER])
def test_a_stale_expectation_is_red(old: Verdict, gate: Gate) -> None:
    """Whatever the baseline says; the line of the entry is named."""
    stale = replace(
        PASSED,
        status=Status.UNEXPECTED_PASS,
        message="delete lines 3 to 8 of expectations.toml",
        expectation="expectations.toml:3",
    )
    status, text = gate([old], [stale])
    assert status == 1
    assert "stale expectation\n  ./mine/expectations.toml:3  mine/linear/agreement/float32\n" in text
    assert "    delete lines 3 to 8 of expectations.toml\n" in text


def test_fewer_examples_are_one_finding(gate: Gate) -> None:
    """They explain all the verdicts with fewer cases."""
    status, text = gate([PASSED, ANOTHER], [replace(PASSED, cases=5), replace(ANOTHER, cases=5)], examples=5)
    assert status == 1
    assert "5 examples a law and dtype, 10 in the baseline" in text
    assert "5 cases" not in text


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (lambda lines: lines[:-1], "it has no footer"),
        (lambda lines: [*lines[:-1], {**lines[-1], "complete": False}], "the run was interrupted"),
        (lambda lines: [*lines[:-2], lines[-1]], "its footer counts 2 verdicts, and it has 1"),
        (lambda lines: [*lines, lines[-1]], "it is more than one report"),
    ],
)
@pytest.mark.parametrize("which", ["old", "new"])
def test_a_partial_report_never_passes(
    which: str,
    cut: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On either side; nothing else is said."""
    files = {name: written(tmp_path / name, [PASSED, ANOTHER]) / "report.jsonl" for name in ("old", "new")}
    lines = [json.loads(line) for line in files[which].read_text(encoding="utf-8").splitlines()]
    files[which].write_text("".join(json.dumps(line) + "\n" for line in cut(lines)), encoding="utf-8")
    assert main(["gate", "--baseline", str(files["old"]), str(files["new"])]) == 1
    text = capsys.readouterr().out
    assert f"partial\n  {files[which]}\n    {said}: run it again" in text
    assert "cp " not in text


def test_it_fits_a_screen(gate: Gate) -> None:
    """A hundred faults of a hundred kinds are told in forty lines."""
    old = [replace(PASSED, law=f"law_{number}") for number in range(100)]
    letters = [chr(ord("a") + number // 10) + chr(ord("a") + number % 10) for number in range(100)]
    new = [replace(old[n], status=Status.FAILED, message=f"wrong in {letters[n]}") for n in range(100)]
    text = gate(old, new)[1]
    assert len(text.splitlines()) < 40
    assert "and 94 more: torchstone diff" in text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"type": "verdict"}', ":2: backend is missing: it was written by another version"),
        (None, ":3: a second verdict on mine/linear/agreement/float32, the first is on line 2"),
    ],
)
def test_a_damaged_report_is_one_line(
    line: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, with file and line."""
    file = written(tmp_path, [PASSED]) / "report.jsonl"
    header, verdict, footer = file.read_text(encoding="utf-8").splitlines()
    rows = [header, *([line] if line else [verdict, verdict]), footer]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert main(["gate", "--baseline", str(file), str(file)]) == 2
    assert f"torchstone: {file}{said}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"status": "passed"', '"status": "fine"', "status = 'fine': expected one of passed,"),
        ('"cases": 10', '"cases": "many"', "cases = 'many': expected int"),
        ('"backends": [', '"backends": [1, ', ":1: backends = [1, "),
        ('"examples": 10', '"examples": null', ":1: examples = None: expected int"),
    ],
)
def test_a_wrong_value_is_one_line(
    old: str, new: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no report of this version is not compared."""
    file = written(tmp_path, [PASSED]) / "report.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert main(["gate", "--baseline", str(file), str(file)]) == 2
    assert said in capsys.readouterr().err


def test_the_way_of_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken kernel is red, an expectation with a reason green, the mended kernel red until it is removed."""
    monkeypatch.chdir(tmp_path)
    options = ("--operations", "linear", "--laws", "agreement", "--dtypes", "float32", "--examples", "10")

    def run(kernel: str) -> int:
        backend(Path("mine"), linear=kernel)
        return main(["run", "./mine", *options, "--report", "report"])

    def gate() -> tuple[int, str]:
        capsys.readouterr()
        return main(["gate", "--baseline", "baseline.jsonl", "report"]), capsys.readouterr().out

    assert run(RIGHT) == 0
    Path("report/report.jsonl").rename("baseline.jsonl")
    assert run(WRONG) == 1
    status, text = gate()
    assert status == 1
    assert "mine / linear / agreement  float32  passed -> failed" in text
    assert main(["expectations", "update", "report", "mine"]) == 0
    expectations = Path("mine/expectations.toml")
    excused = expectations.read_text(encoding="utf-8").replace('reason = ""', 'reason = "until 2.1"')
    expectations.write_text(excused, encoding="utf-8")
    assert run(WRONG) == 0
    status, text = gate()
    assert status == 0
    assert "(until 2.1; ./mine/expectations.toml:3)" in text
    assert run(RIGHT) == 1
    status, text = gate()
    assert status == 1
    assert "delete lines 3 to 8 of expectations.toml" in text
    expectations.unlink()
    assert run(RIGHT) == 0
    assert gate()[0] == 0
