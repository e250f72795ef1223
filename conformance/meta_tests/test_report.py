"""The report: what is written, that its schema describes it, and what is refused."""

import json
import math
import shlex
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import numpy as np
import pytest

from conformance import recorded, report
from conformance.__main__ import main
from conformance.backend import Declaration
from conformance.case import Case
from conformance.case_file import load_case, same_case
from conformance.errors import UsageError
from conformance.meta_tests.test_expectations import WRONG, expecting
from conformance.recorded import read_back
from conformance.report import Report
from conformance.verdict import Counterexample, Status, Verdict

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "report.schema.json"
CASE = Case(operation="linear", dtype="float32", params={"weight": np.eye(2, 3, dtype=np.float32).T})
PASSED = Verdict(
    backend="mine",
    operation="linear",
    law="agreement",
    dtype="float64",
    status=Status.PASSED,
    cases=100,
    elements=1234,
    tiers={"exact": 60, "float64": 140},
    headroom=0.25,
    worst="output[0, 1]",
    seconds=0.5,
)
FAILED = replace(
    PASSED,
    dtype="float32",
    status=Status.FAILED,
    headroom=math.inf,
    message="output: it is wrong \x1b \udcff",
    counterexample=Counterexample(case=CASE, expected="output = 1", actual="output = 2", size=6),
    found_at=3,
    diagnosis="bias_ignored",
)
CRASHED = Verdict(
    backend="mine",
    operation="relu",
    law=None,
    dtype=None,
    status=Status.CRASHED,
    message="killed by SIGSEGV",
)
VERDICTS = (
    PASSED,
    FAILED,
    CRASHED,
    *(replace(PASSED, operation="tanh", law=status.value, status=status) for status in Status),
    replace(PASSED, operation="relu", status=Status.EXPECTED_FAILURE, expectation="expectations.toml:12"),
    replace(PASSED, operation="rnn", headroom=math.nan, refused=3, refusals=("dropout", "proj_size")),
)
HEADER = report.header(
    7,
    100,
    "core",
    [Declaration(name="mine", kinks={"relu.negative_zero": "positive_zero"}), Declaration(name="other")],
    {"mine": "./my backend"},
)


@pytest.fixture
def validator() -> Any:
    """The published schema, which itself is checked."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture
def lines(tmp_path: Path) -> list[dict[str, Any]]:
    """A report with every status, written and read."""
    report.write(tmp_path, Report(HEADER, VERDICTS, complete=True))
    return report.read(tmp_path)


def test_the_schema_describes_every_line(lines: list[dict[str, Any]], validator: Any) -> None:
    """Header, verdicts of every status and footer are valid."""
    for line in lines:
        validator.validate(line)
    assert {line["status"] for line in lines if line["type"] == "verdict"} == {s.value for s in Status}


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (0, {"specification": "1999.1"}),
        (0, {"seed": -1}),
        (0, {"backends": [{"name": "mine"}]}),
        (1, {"status": "skipped"}),
        (1, {"elements": "many"}),
        (1, {"case": "/etc/passwd"}),
        (1, {"surprise": 1}),
        (1, {"tiers": {"float16": 1}}),
        (1, {"found_at": 0}),
        (1, {"expectation": "12"}),
        (1, {"type": "remark"}),
        (-1, {"complete": None}),
        (-1, {"totals": {"passed": 1}}),
    ],
)
def test_the_schema_refuses(
    lines: list[dict[str, Any]], validator: Any, number: int, changes: dict[str, Any]
) -> None:
    """A wrong value is no valid line: the schema can fail."""
    assert not validator.is_valid({**lines[number], **changes})


def test_the_schema_requires_every_field(lines: list[dict[str, Any]], validator: Any) -> None:
    """A line without any one of its fields is not valid."""
    for line in (lines[0], lines[1], lines[-1]):
        for name in line:
            assert not validator.is_valid({key: value for key, value in line.items() if key != name}), name


def test_the_schema_knows_every_declaration(lines: list[dict[str, Any]], validator: Any) -> None:
    """What a backend declares is described field by field."""
    described = validator.schema["$defs"]["declaration"]["properties"]
    assert set(lines[0]["backends"][0]) == set(described)


def test_a_verdict_comes_back(lines: list[dict[str, Any]]) -> None:
    """The line of a verdict holds its values, null where nothing applies."""
    assert lines[1] == {
        "type": "verdict",
        "backend": "mine",
        "operation": "linear",
        "law": "agreement",
        "dtype": "float64",
        "status": "passed",
        "cases": 100,
        "refused": 0,
        "refusals": [],
        "ill_conditioned": 0,
        "elements": 1234,
        "tiers": {"exact": 60, "float64": 140},
        "headroom": 0.25,
        "worst": "output[0, 1]",
        "seconds": 0.5,
        "found_at": None,
        "message": None,
        "expected": None,
        "actual": None,
        "case": None,
        "replay": None,
        "diagnosis": None,
        "expectation": None,
    }
    assert lines[2]["message"] == FAILED.message
    assert lines[2]["headroom"] == 1.7976931348623157e308
    assert lines[2]["diagnosis"] == "bias_ignored"
    assert lines[-2]["headroom"] is None
    assert lines[-2]["refusals"] == ["dropout", "proj_size"]


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    """Every field of a verdict; cases come with those that do not conform."""
    written = tuple(replace(verdict, headroom=None) for verdict in VERDICTS)
    report.write(tmp_path, Report(HEADER, written, complete=True))
    found = read_back(tmp_path)
    assert found.partial is None
    assert found.verdicts == tuple(replace(verdict, counterexample=None) for verdict in written)
    assert [line.number for line in found.lines.values()] == list(range(2, len(written) + 2))
    with_case = found.with_cases()[1].counterexample
    assert with_case is not None
    assert same_case(with_case.case, CASE)
    assert (with_case.expected, with_case.size) == ("output = 1", 6)


def test_a_report_without_its_cases_is_a_report(tmp_path: Path) -> None:
    """The file alone says all but the case."""
    report.write(tmp_path, Report(HEADER, VERDICTS, complete=True))
    (tmp_path / "report.jsonl").rename(tmp_path / "baseline.jsonl")
    (tmp_path / "cases" / "mine-linear-agreement-float32.safetensors").unlink()
    found = read_back(tmp_path / "baseline.jsonl")
    assert found.with_cases() == found.verdicts


@pytest.mark.parametrize("tag", ["backend", "tiers", "case", "replay"])
def test_a_line_that_lacks_a_field_is_refused(tmp_path: Path, tag: str) -> None:
    """A report of another version is told apart from one of this version."""
    report.write(tmp_path, Report(HEADER, VERDICTS, complete=True))
    file = tmp_path / "report.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace(f'"{tag}":', '"other":'), encoding="utf-8")
    with pytest.raises(UsageError, match=rf"report\.jsonl:2: {tag} is missing"):
        read_back(tmp_path)


def test_the_fields_read_are_the_fields_of_a_verdict() -> None:
    """A new field of Verdict is not forgotten."""
    described = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]["verdict"]["required"]
    assert {"type", *recorded._FIELDS, *recorded._TEXTS} == set(described)
    assert set(recorded._FIELDS) == {field.name for field in fields(Verdict)} - {"counterexample"}


def test_a_real_run_fits_the_schema(
    tmp_path: Path, validator: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every line of what a run writes, a failure, a refusal and an expected failure among them."""
    folder = expecting(tmp_path / "mine", WRONG)
    (folder / "relu.py").write_text(
        "def forward(params, x): raise NotImplementedError('no')\n", encoding="utf-8"
    )
    asked = ("--operations", "linear,relu,tanh", "--laws", "agreement,vjp", "--examples", "5", "-j", "1")
    assert main(["run", str(folder), *asked, "--headroom", "--report", str(tmp_path / "report")]) == 1
    assert "in percent of what is allowed" in capsys.readouterr().out
    rows = report.read(tmp_path / "report")
    for row in rows:
        validator.validate(row)
    assert {row["status"] for row in rows[1:-1]} == {"failed", "unsupported", "expected_failure"}
    assert rows[0]["type"] == "header"
    assert rows[-1]["type"] == "footer"


def test_a_counterexample_lies_beside_it(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    """The case that a line names is there, with its law."""
    case, law = load_case(tmp_path / lines[2]["case"])
    assert same_case(case, CASE)
    assert law == "agreement"


def test_the_footer_adds_up(lines: list[dict[str, Any]]) -> None:
    """Totals are those of the lines before."""
    footer = lines[-1]
    assert footer["complete"] is True
    assert footer["verdicts"] == len(VERDICTS) == sum(footer["totals"].values())
    assert footer["totals"]["passed"] == 3
    assert footer["elements"] == sum(verdict.elements for verdict in VERDICTS)


def test_a_partial_report_says_so(tmp_path: Path) -> None:
    """An interrupted run is marked in the footer."""
    report.write(tmp_path, Report(HEADER, (PASSED,), complete=False))
    assert report.read(tmp_path / "report.jsonl")[-1]["complete"] is False


def test_an_earlier_report_makes_way(tmp_path: Path) -> None:
    """A second report replaces the first and its counterexamples, and touches nothing else in the folder."""
    report.write(tmp_path, Report(HEADER, (FAILED,), complete=True))
    (tmp_path / "cases" / "witness.safetensors").write_bytes(b"mine")
    report.write(tmp_path, Report(HEADER, (PASSED,), complete=True))
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "report.jsonl",
        "witness.safetensors",
    ]


def test_names_of_cases_differ(tmp_path: Path) -> None:
    """Two verdicts never share a file, whatever the backends are called."""
    names = ["a", "a-linear", "A b", "A%20b", "..", "../a", "ü"]
    verdicts = [replace(FAILED, backend=name) for name in names]
    paths = {report.case_path(tmp_path, verdict) for verdict in verdicts}
    assert len(paths) == len(names)
    assert {path.parent for path in paths} == {tmp_path / "cases"}


def test_replay_commands() -> None:
    """With a report the stored case is replayed; without one a run finds it again and writes a report."""
    directory = Path("my report")
    command = report.replay_command(FAILED, directory, 7, 50, "./my backend")
    assert shlex.split(command) == [
        *("torchstone", "replay", "my report/cases/mine-linear-agreement-float32.safetensors"),
        *("--backend", "./my backend"),
    ]
    words = "torchstone run mine --operations linear --laws agreement --dtypes float32 --examples 50 --seed 7"
    assert report.replay_command(FAILED, None, 7, 50) == f"{words} --report report"
    words = "torchstone run mine --operations relu --examples 50 --seed 7"
    assert report.replay_command(CRASHED, directory, 7, 50) == words


def test_what_does_not_conform_has_a_command(lines: list[dict[str, Any]]) -> None:
    """The replay command is null exactly where there is nothing to replay."""
    for line in lines[1:-1]:
        assert (line["replay"] is None) == Status(line["status"]).conforms


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not begin with a header"),
        ("[]\n", "line 1 is no header"),
        ('{"type": "header"', "line 1 is not JSON"),
        ('{"type": "footer"}\n', "does not begin with a header"),
        ('{"type": "header", "specification": "1999.1"}\n', "specification '1999.1'"),
        ('{"type": "header", "specification": "2026.1"}\n{"type": 1}\n', "line 2 is no header"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    """One clear line says what is wrong with the file."""
    (tmp_path / "report.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=reason):
        report.read(tmp_path)


def test_a_report_that_is_missing_is_refused(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(UsageError, match="no such report"):
        report.read(tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A file in the place of the folder, or of one above it, is told in one line."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    for directory in (tmp_path / "taken", tmp_path / "taken" / "report"):
        with pytest.raises(UsageError, match="cannot write a report"):
            report.write(directory, Report(HEADER, (PASSED,), complete=True))
