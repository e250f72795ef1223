"""torchstone report: the matrix, Markdown and JUnit as functions of a report."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conformance import junit, report
from conformance.__main__ import main
from conformance.backend import Declaration
from conformance.case import Case
from conformance.report import Report
from conformance.verdict import Counterexample, Status, Verdict

CASE = Case(
    operation="linear",
    dtype="float32",
    config={"in_features": 1, "out_features": 1, "bias": False},
    params={"weight": np.array([[2]], np.float32)},
    inputs=(np.array([3], np.float32),),
    cotangent=np.array([1], np.float32),
)
PASSED = Verdict(
    backend="mine", operation="linear", law="agreement", dtype="float32", status=Status.PASSED, elements=1500
)
FAILED = replace(
    PASSED,
    dtype="float64",
    status=Status.FAILED,
    message="output: <b>wrong</b> & `bad` \x1b[0m \udcff ```` \x00",
    counterexample=Counterexample(case=CASE, expected="output = [6.]", actual="output = [7.]", size=2),
    diagnosis="matches `linear.bias_ignored`",
)
EXPECTED = replace(
    PASSED, law="vjp", status=Status.EXPECTED_FAILURE, message="until 2.1", expectation="expectations.toml:3"
)
UNSUPPORTED = replace(PASSED, operation="tanh", status=Status.UNSUPPORTED, message="no kernel of that name")

Show = Callable[..., str]


@pytest.fixture
def show(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Show:
    """What `torchstone report` prints of verdicts."""

    def call(option: str, *verdicts: Verdict, complete: bool = True) -> str:
        names = dict.fromkeys(verdict.backend for verdict in verdicts)
        header = report.header(0, 10, None, [Declaration(name=name) for name in names])
        report.write(tmp_path, Report(header, verdicts, complete))
        assert main(["report", str(tmp_path), *option.split()]) == 0
        return capsysbinary.readouterr().out.decode("utf-8")

    return call


def test_the_matrix_of_a_report(show: Show) -> None:
    """What the run itself printed, the smallest case and the command included."""
    text = show("--headroom", PASSED, FAILED, UNSUPPORTED)
    assert "  linear  F\n" in text
    assert "unsupported: tanh" in text
    assert "in percent of what is allowed" in text
    assert "    weight     (1, 1) [[2.]]\n" in text
    assert "  actual    output = [7.]\n" in text
    assert "  replay: torchstone replay" in text


def test_a_partial_report_says_so(show: Show) -> None:
    """In every form; JUnit has an error for it, so that nothing looks green."""
    assert "partial: the run was interrupted" in show("", PASSED, complete=False)
    assert "**The report is partial: the run was interrupted.**" in show("--markdown", PASSED, complete=False)
    suites = ET.fromstring(show("--junit", PASSED, complete=False))
    assert [suite.get("errors") for suite in suites] == ["0", "1"]


def test_markdown(show: Show) -> None:
    """One line, one table for each backend, faults folded away with their case, diagnosis and command."""
    text = show("--markdown", PASSED, FAILED, EXPECTED, UNSUPPORTED, replace(PASSED, backend="other"))
    lines = text.splitlines()
    assert lines[0] == "## torchstone: 1 of 5 verdicts do not conform"
    assert [line for line in lines if line.startswith("### ")] == ["### mine", "### other"]
    assert lines[4:9] == [
        "| | agreement | vjp |",
        "| --- | :-: | :-: |",
        "| linear | **F** | x |",
        "",
        "unsupported: tanh",
    ]
    fault = text[text.index("<details>") : text.index("</details>")]
    assert fault.startswith("<details><summary>failed  mine / linear / agreement  float64</summary>\n\n")
    assert "\n    weight     (1, 1) [[2.]]\n" in fault
    assert "\n  matches `linear.bias_ignored`\n" in fault
    assert "\n  replay: torchstone replay" in fault
    assert r"- mine/linear/vjp/float32: until 2.1 (expectations.toml:3)" in lines


def test_markdown_stays_inside_its_fence(show: Show) -> None:
    """A fence is longer than any in the text; control characters are spelled."""
    text = show("--markdown", FAILED)
    (fence,) = (line for line in text.splitlines() if line.endswith("`text"))
    assert fence == "`````" + "text"
    assert text.count("\n`````\n") == 1
    assert not any(c in text for c in "\x1b\x00\udcff")


def test_words_are_no_markup(show: Show) -> None:
    """Neither HTML nor Markdown of a message takes effect outside of a fence."""
    text = show("--markdown", replace(EXPECTED, message="<img> *a* [b](c) `d`\n# e | f"))
    assert r"&lt;img&gt; \*a\* \[b\](c) \`d\` \# e \| f" in text


def test_a_summary_page_has_a_limit(show: Show) -> None:
    """Faults beyond it are counted."""
    text = show("--markdown", *(replace(FAILED, backend=f"backend{number}") for number in range(40)))
    assert text.count("<summary>failed") == 30
    assert "and 10 more faults" in text


def test_everything_conforms(show: Show) -> None:
    """Then the headline says it."""
    assert show("--markdown", PASSED, UNSUPPORTED).startswith("## torchstone: everything conforms\n")


def test_junit_knows_every_status(show: Show) -> None:
    """What conforms is no failure, what does not is no success; the counts are those of the elements."""
    assert set(junit.OUTCOMES) == set(Status)
    for status, outcome in junit.OUTCOMES.items():
        assert status.conforms == (outcome in (None, "skipped"))
    verdicts = [replace(PASSED, law=status.value, status=status) for status in Status]
    (suite,) = ET.fromstring(show("--junit", *verdicts))
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "mine",
        "tests": "9",
        "failures": "3",
        "errors": "3",
        "skipped": "2",
    }
    assert Counter(child.tag for case in suite for child in case) == {"failure": 3, "error": 3, "skipped": 2}


def test_junit_names_what_was_judged(show: Show) -> None:
    """A test case for each operation, law and dtype; a crash of the whole operation has one too."""
    crash = replace(PASSED, law=None, dtype=None, status=Status.CRASHED)
    mine, other = ET.fromstring(show("--junit", PASSED, crash, replace(PASSED, backend="other")))
    assert [(case.get("classname"), case.get("name")) for case in (*mine, *other)] == [
        ("mine.linear", "agreement/float32"),
        ("mine.linear", "all laws"),
        ("other.linear", "agreement/float32"),
    ]


def test_junit_is_well_formed(show: Show) -> None:
    """Control characters, lone surrogates and markup in a message do no harm."""
    (suite,) = ET.fromstring(show("--junit", FAILED))
    (failure,) = suite[0]
    assert failure.get("message") == "failed: output: <b>wrong</b> & `bad` ?[0m ? ```` ?"
    assert (failure.text or "").splitlines()[1:4] == [
        "diagnosis: matches `linear.bias_ignored`",
        "expected: output = [6.]",
        "actual: output = [7.]",
    ]


def test_one_form_at_a_time(tmp_path: Path) -> None:
    """Two forms in one output are refused."""
    assert main(["report", str(tmp_path), "--markdown", "--junit"]) == 2
    assert main(["report", str(tmp_path / "none"), "--markdown"]) == 2
