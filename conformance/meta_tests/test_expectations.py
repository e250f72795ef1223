"""expectations.toml: what is refused, that a witness alone decides, and what `expectations update` writes."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conformance import new_backend, report, worker
from conformance.__main__ import main
from conformance.backend import Declaration
from conformance.case import Case
from conformance.case_file import same_case, save_case
from conformance.errors import UsageError
from conformance.expectations import FILE, read_entries, read_expectations
from conformance.meta_tests.test_workers import ABORTS, backend
from conformance.operation import listed_case
from conformance.operations.linear import LINEAR
from conformance.report import Report
from conformance.verdict import Counterexample, Status, Verdict
from conformance.worker import Task
from conformance.workers import Pool

RIGHT = new_backend.LINEAR
WRONG = RIGHT.replace('return y + params["bias"] if bias else y', "return y")
RAISES = RIGHT.replace("    y = x @", "    raise KeyError('bias')\n    y = x @")
REFUSES = RIGHT.replace("    y = x @", "    raise NotImplementedError('not yet')\n    y = x @")
ACCEPTS = RIGHT.replace("raise ValueError", "return x  # ")
FLAT = RIGHT.replace("return y +", "return y.ravel() +")
CASE = Case(
    operation="linear",
    dtype="float32",
    config={"in_features": 2, "out_features": 2, "bias": True},
    params={"weight": np.array([[1, 2], [3, 4]], np.float32), "bias": np.array([3, 1], np.float32)},
    inputs=(np.array([[4, 5]], np.float32),),
    cotangent=np.array([[6, 7]], np.float32),
    exact=True,
)
WITNESS = "expectations/witness.safetensors"
ENTRY = f"""\
[[expect]]
id = "linear/agreement/float32"
status = "failed"
reason = "the bias is left out"
witness = "{WITNESS}"
"""

Complaint = Callable[[str], str]


def expecting(
    folder: Path, source: str, text: str = ENTRY, case: Case = CASE, law: str | None = "agreement"
) -> Path:
    """A backend with expectations.toml and its witness."""
    save_case(backend(folder, linear=source) / WITNESS, case, law)
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def judged(folder: Path, dtype: str = "float32", laws: Sequence[str] = ("agreement",)) -> tuple[Verdict, ...]:
    """What a worker says of the backend, and how much it asked: with an expectation no case is drawn."""
    given = Task(
        backend="mine",
        address=str(folder),
        operation="linear",
        laws=tuple(laws),
        dtypes=(dtype,),
        examples=5,
        seed=0,
        expectations=read_expectations(folder),
    )
    return worker._judge(given, dtype, lambda message: None)


@pytest.fixture
def complaint(tmp_path: Path) -> Complaint:
    """What is said of an expectations.toml."""

    def call(text: str) -> str:
        folder = expecting(tmp_path / "mine", RIGHT, text)
        with pytest.raises(UsageError) as error:
            read_expectations(folder)
        assert str(error.value).startswith(str(folder / FILE))
        return str(error.value).removeprefix(str(folder / FILE))

    return call


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[expect]]", "[[expect", ": not readable as TOML"),
        ("[[expect]]", "[[expected]]", ": unknown key 'expected': expected [[expect]] tables only"),
        ("[[expect]]", "[expect]", ": expect: expected each entry to begin with a line [[expect]]"),
        ("status =", "staus =", ":3: unknown key 'staus'; did you mean 'status'?"),
        ('"failed"', "1", ":3: status = 1: expected a string"),
        ('status = "failed"', "", ":1: status is missing"),
        ('"failed"', '"crashed"', ":3: status = \"crashed\": expected \"failed\" or \"errored\"; nothing else"),
        ('"failed"', '"passed"', "let the kernel refuse such input with NotImplementedError"),
        ("linear/agreement", "mine/linear/agreement", "expected operation/law/dtype, without the backend's name"),
        ("linear/agree", "liner/agree", ":2: id = \"liner/agreement/float32\": unknown operation 'liner'"),
        ("linear/agreement", "linear/kinks", ":2: id = \"linear/kinks/float32\": unknown law of linear 'kinks'"),
        ("agreement/float32", "agreement/float31", "unknown dtype 'float31'; did you mean 'float32'?"),
        ("the bias is left out", " ", ":4: linear/agreement/float32 has no reason"),
        ('reason = "the bias is left out"', "", ":1: linear/agreement/float32 has no reason"),
        ("witness.safe", "lost.safe", ":5: witness = \"expectations/lost.safetensors\": no such case file"),
        ("expectations/w", "../mine/../w", "expected a path inside the folder"),
        ("expectations/witness.safetensors", "linear.py", "is damaged or no .safetensors file"),
        ("linear/agreement", "linear/vjp", "it is a case of linear/agreement/float32, expected one of"),
        ("agreement/float32", "agreement/float64", "expected one of linear/agreement/float64"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_one_line(old: str, new: str, said: str, complaint: Complaint) -> None:
    """The line names the file, the line, what is wrong and what was expected."""
    assert said in complaint(ENTRY.replace(old, new))


def test_a_duplicate_is_refused(complaint: Complaint) -> None:
    """Both lines are named."""
    told = complaint(f"{ENTRY}\n{ENTRY}")
    assert told.startswith(":7: linear/agreement/float32 is expected twice, first on line 1")


def test_a_witness_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    """Cases of `rejection` are those that the specification lists."""
    folder = expecting(tmp_path, ACCEPTS, ENTRY.replace("agreement", "rejection"), CASE, "rejection")
    with pytest.raises(UsageError, match="the case is not listed under rejection of linear"):
        read_expectations(folder)


def test_the_command_says_it_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one line, no matrix."""
    folder = expecting(tmp_path / "mine", WRONG, ENTRY.replace("the bias is left out", ""))
    assert main(["run", str(folder), "--operations", "linear"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert f"{FILE}:4: linear/agreement/float32 has no reason" in printed.err


def test_lines_are_found(tmp_path: Path) -> None:
    """An entry ends before the comments of the next one; strings that look like headers are no entries."""
    trap = 'reason = """\n[[expect]]\n# no comment\n"""\n'
    text = (
        f"# known\n\n{ENTRY}# about the next\n[[ expect ]] # here\n"
        f'id = "linear/vjp/float32"\nstatus = "errored"\n{trap}witness = "w"\n\n# the end\n'
    )
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    first, second = read_entries(tmp_path)
    assert (first.first, first.last) == (3, 7)
    assert (second.first, second.last) == (9, 16)
    assert second.reason == "[[expect]]\n# no comment\n"
    assert second.place == "expectations.toml:9"


def test_without_the_file_nothing_is_expected(tmp_path: Path) -> None:
    """A backend needs no expectations."""
    assert read_expectations(tmp_path) == ()


def test_a_witness_that_still_fails_is_an_expected_failure(tmp_path: Path) -> None:
    """One case is asked, the reason is the message, and the entry is named."""
    (verdict,) = judged(expecting(tmp_path, WRONG))
    assert (verdict.status, verdict.cases) == (Status.EXPECTED_FAILURE, 1)
    assert verdict.message == "the bias is left out"
    assert verdict.expectation == "expectations.toml:1"
    assert verdict.status.conforms


@pytest.mark.parametrize(
    ("source", "how"), [(RIGHT, "passes"), (REFUSES, "is not claimed (not yet)"), (None, "is not claimed")]
)
def test_a_witness_that_is_mended_is_an_unexpected_pass(tmp_path: Path, source: str | None, how: str) -> None:
    """The lines to delete are named, and the run does not conform."""
    folder = expecting(tmp_path, source or RIGHT)
    if source is None:
        (folder / "linear.py").unlink()
    (verdict,) = judged(folder)
    assert verdict.status == Status.UNEXPECTED_PASS
    assert f"the witness {how}" in (verdict.message or "")
    assert "delete lines 1 to 5 of expectations.toml" in (verdict.message or "")
    assert not verdict.status.conforms


@pytest.mark.parametrize(("source", "status"), [(RAISES, Status.ERRORED), (FLAT, Status.VACUOUS)])
def test_another_fault_is_not_expected(tmp_path: Path, source: str, status: Status) -> None:
    """A witness that errors where it should fail, or decides nothing, does not conform."""
    (verdict,) = judged(expecting(tmp_path, source))
    assert verdict.status == status
    assert f"expected failed (expectations.toml:1), but the witness is {status} now" in (
        verdict.message or ""
    )


def test_a_listed_case_is_a_witness(tmp_path: Path) -> None:
    """An expected failure of `rejection` is decided by the rejection that the case was made from."""
    case = listed_case("linear", LINEAR.rejects[0], "float32")
    folder = expecting(tmp_path, ACCEPTS, ENTRY.replace("agreement", "rejection"), case, "rejection")
    (verdict,) = judged(folder, laws=("rejection",))
    assert verdict.status == Status.EXPECTED_FAILURE


def test_other_laws_and_dtypes_are_searched(tmp_path: Path) -> None:
    """An expectation excuses one law in one dtype; verdicts keep their order."""
    folder = expecting(tmp_path, WRONG)
    verdicts = judged(folder, laws=("shape_and_dtype", "agreement", "purity"))
    assert [(verdict.law, verdict.cases) for verdict in verdicts] == [
        ("shape_and_dtype", 5),
        ("agreement", 1),
        ("purity", 5),
    ]
    (verdict,) = judged(folder, "float64")
    assert (verdict.status, verdict.expectation) == (Status.FAILED, None)


def test_a_law_that_is_not_selected_is_not_judged(tmp_path: Path) -> None:
    """Its expectation is no error."""
    (verdict,) = judged(expecting(tmp_path, WRONG), laws=("purity",))
    assert verdict.law == "purity"


def test_a_fault_that_is_expected_is_charged_once(tmp_path: Path) -> None:
    """What raises under the expected law is not charged to the next one."""
    raises = RIGHT.replace("    y = x @", "    if bias: raise KeyError('bias')\n    y = x @")
    text = ENTRY.replace("agreement", "shape_and_dtype").replace('"failed"', '"errored"')
    folder = expecting(tmp_path, raises, text, law="shape_and_dtype")
    verdicts = judged(folder, laws=("shape_and_dtype", "agreement"))
    assert [verdict.status for verdict in verdicts] == [Status.EXPECTED_FAILURE, Status.PASSED]


def test_a_witness_that_the_reference_refuses_is_the_users(tmp_path: Path) -> None:
    """Its entry is named; the judge itself is not at fault."""
    case = replace(CASE, inputs=(np.ones((1, 3), np.float32),))
    folder = expecting(tmp_path, "def forward(params, x, **config): return x", case=case)
    with pytest.raises(UsageError, match=r"the witness of expectations\.toml:1 is no case of linear"):
        judged(folder)


def test_a_crash_at_a_witness_names_it(tmp_path: Path) -> None:
    """A crash is never expected; the case that it happened at is the witness."""
    folder = expecting(tmp_path / "mine", ABORTS)
    given = Task(
        backend="mine",
        address=str(folder),
        operation="linear",
        laws=("agreement",),
        dtypes=("float32",),
        examples=5,
        seed=0,
        expectations=read_expectations(folder),
    )
    with Pool(1, 60) as pool:
        ((_, (verdict,)),) = pool.judge([given])
    assert (verdict.law, verdict.status) == ("agreement", Status.CRASHED)
    assert "at the witness of its expectation" in (verdict.message or "")
    assert verdict.counterexample is not None
    assert same_case(verdict.counterexample.case, CASE)


FAILED = Verdict(
    backend="mine",
    operation="linear",
    law="agreement",
    dtype="float32",
    status=Status.FAILED,
    message="output: it is\nwrong \x1b",
    counterexample=Counterexample(case=CASE, expected="1", actual="2", size=6),
)


def update(tmp_path: Path, *verdicts: Verdict) -> None:
    """`torchstone expectations update` after a run with these verdicts."""
    header = report.header(0, 5, None, [Declaration(name="mine")])
    report.write(tmp_path / "report", Report(header, verdicts, complete=True))
    assert main(["expectations", "update", str(tmp_path / "report"), str(tmp_path / "mine")]) == 0


def test_an_update_writes_what_a_reason_completes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a reason the entry is refused; with one its witness decides."""
    folder = backend(tmp_path / "mine", linear=WRONG)
    update(tmp_path, FAILED)
    assert "1 entry added, 0 kept" in capsys.readouterr().out
    with pytest.raises(UsageError, match=r"expectations\.toml:7: linear/agreement/float32 has no reason"):
        read_expectations(folder)
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(text.replace('reason = ""', 'reason = "later"'), encoding="utf-8")
    shutil.rmtree(tmp_path / "report")
    (verdict,) = judged(folder)
    assert verdict.status == Status.EXPECTED_FAILURE


def test_an_update_keeps_every_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reasons, comments and the order of what is there stay; what is known is not added again."""
    text = f"# mine\n{ENTRY}# the end"
    folder = expecting(tmp_path / "mine", WRONG, text)
    update(tmp_path, FAILED)
    assert (folder / FILE).read_text(encoding="utf-8") == text
    update(tmp_path, FAILED, replace(FAILED, law="vjp"))
    assert (folder / FILE).read_text(encoding="utf-8").startswith(f"{text}\n\n[[expect]]\n")
    assert [entry.law for entry in read_entries(folder)] == ["agreement", "vjp"]
    assert "1 entry added, 1 kept" in capsys.readouterr().out


def test_an_update_says_what_is_left_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is mended, what fails otherwise, and what cannot be expected."""
    expecting(tmp_path / "mine", WRONG)
    update(tmp_path, replace(FAILED, status=Status.UNEXPECTED_PASS, counterexample=None))
    assert "linear/agreement/float32 is mended: delete lines 1 to 5" in capsys.readouterr().out
    update(tmp_path, replace(FAILED, status=Status.ERRORED))
    assert (
        "linear/agreement/float32 is errored now, expected failed: mend the kernel" in capsys.readouterr().out
    )
    update(tmp_path, replace(FAILED, law=None, status=Status.CRASHED, counterexample=None))
    assert "refuse such input with NotImplementedError" in capsys.readouterr().out


def test_an_update_wants_this_backends_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A report on somebody else is refused, with the names that it has."""
    backend(tmp_path / "mine", linear=WRONG)
    header = report.header(0, 5, None, [Declaration(name="other")])
    report.write(tmp_path / "report", Report(header, (replace(FAILED, backend="other"),), complete=True))
    assert main(["expectations", "update", str(tmp_path / "report"), str(tmp_path / "mine")]) == 2
    assert "has no verdict on 'mine' (it has: other)" in capsys.readouterr().err
