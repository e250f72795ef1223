"""The command line: exit statuses, what goes where, and what an interrupted run leaves behind."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance import run
from conformance.__main__ import main
from conformance.backend import Declaration
from conformance.errors import JudgeError, UsageError
from conformance.meta_tests.test_workers import HANGS_AND_HAS_CHILDREN, RELU, RIGHT, backend, gone
from conformance.progress import progress
from conformance.verdict import Status, Verdict
from conformance.worker import Place, Task
from conformance.workers import Pool

ROOT = Path(__file__).resolve().parents[2]
FAST = ("--operations", "linear", "--laws", "agreement,vjp", "--dtypes", "float32", "--examples", "10")
WRONG = RIGHT.replace('+ params.get("bias", 0)', "")


def command(*argv: str | Path, cwd: Path) -> "subprocess.Popen[str]":
    """`torchstone ...` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *map(str, argv)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts its background jobs with Ctrl-C ignored, and so would be the tests and this process.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def verdict(status: Status, **changes: Any) -> Verdict:
    given: dict[str, Any] = {"backend": "mine", "operation": "linear", "law": "agreement", "dtype": "float32"}
    return Verdict(**{**given, "status": status, **changes})


def test_right_and_wrong_backends_in_an_empty_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1 for the wrong one; its report is complete, the output plain, and nothing is written but DIR."""
    empty, report = tmp_path / "empty", tmp_path / "report"
    empty.mkdir()
    empty.chmod(0o555)
    monkeypatch.chdir(empty)
    right, wrong = (backend(tmp_path / n, linear=s) for n, s in (("right", RIGHT), ("wrong", WRONG)))
    assert main(["run", str(right), str(wrong), *FAST, "--report", str(report)]) == 1
    printed = capsys.readouterr()
    assert list(empty.iterdir()) == []
    assert "seed 0, 10 examples a law and dtype" in printed.out
    assert "noise" not in printed.out + printed.err
    assert "\x1b" not in printed.out + printed.err
    assert "[2/2]" in printed.err
    assert "right linear: 1 passed, 1 unsupported" in printed.err
    lines = [json.loads(line) for line in (report / "report.jsonl").read_text().splitlines()]
    statuses = {(line["backend"], line["law"]): line["status"] for line in lines if line["type"] == "verdict"}
    assert statuses == {
        ("right", "agreement"): "passed",
        ("right", "vjp"): "unsupported",
        ("wrong", "agreement"): "failed",
        ("wrong", "vjp"): "unsupported",
    }
    assert lines[-1]["complete"] is True
    # The command that the report gives finds the fault again.
    (words,) = (line["replay"] for line in lines if line.get("status") == "failed")
    assert words.split()[0] == "torchstone"
    assert words in printed.out
    assert main(words.split()[1:]) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_tells_what_was_judged(number: signal.Signals, tmp_path: Path) -> None:
    """Exit 130; the matrix and the report are marked partial; no process is left, not even a kernel's child."""
    folder = backend(tmp_path / "mine", relu=RELU, tanh=HANGS_AND_HAS_CHILDREN)
    process = command(
        "run", folder, *("--operations", "relu,tanh", "--dtypes", "float64", "--laws", "agreement"),
        *("--examples", "10", "-j", "1", "--report", "report"), cwd=tmp_path,
    )  # fmt: skip
    pids = list(_pids(folder, process))
    process.send_signal(number)
    printed, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert gone(pids)
    assert "Traceback" not in errors
    assert "partial: the run was interrupted" in printed
    lines = [json.loads(line) for line in (tmp_path / "report" / "report.jsonl").read_text().splitlines()]
    assert [line.get("operation") for line in lines] == [None, "relu", None]
    assert lines[-1]["complete"] is False


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_run_leaves_no_process(tmp_path: Path) -> None:
    """The workers notice that the parent is gone, and take the kernel's children with them."""
    folder = backend(tmp_path / "mine", linear=HANGS_AND_HAS_CHILDREN)
    process = command("run", folder, *FAST, cwd=tmp_path)
    pids = list(_pids(folder, process))
    process.kill()
    process.communicate()
    assert gone(pids)


def _pids(folder: Path, process: "subprocess.Popen[str]") -> Iterator[int]:
    """The processes of a kernel that hangs, as soon as it does."""
    file = folder / "pids.txt"
    end = time.monotonic() + 120
    while not (file.exists() and " " in file.read_text()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    yield from map(int, file.read_text().split())


def test_the_judges_own_fault_is_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was judged is told and reported as partial; then one line, beside the traceback."""

    def judge(self: Pool, tasks: Sequence[Task], watch: object) -> Iterator[tuple[Task, tuple[Verdict, ...]]]:
        yield tasks[0], (verdict(Status.PASSED, backend="numpy_vectorized"),)
        raise JudgeError("the judge has a cold")

    monkeypatch.setattr(Pool, "judge", judge)
    assert main(["run", "numpy_vectorized", "--report", str(tmp_path)]) == 3
    printed = capsys.readouterr()
    assert "1 passed" in printed.out
    assert "torchstone: a fault of torchstone's own, no backend's: the judge has a cold" in printed.err
    assert "Traceback" in printed.err
    assert json.loads((tmp_path / "report.jsonl").read_text().splitlines()[-1])["complete"] is False


def test_the_exit_status_is_that_of_the_worst_verdict() -> None:
    """0 conforms, 1 does not; where nothing was decided the command was wrong."""
    conforming = (Status.PASSED, Status.UNSUPPORTED, Status.EXPECTED_FAILURE)
    for status in Status:
        assert run.status_of([verdict(Status.PASSED), verdict(status)]) == (0 if status in conforming else 1)
    with pytest.raises(UsageError, match="nothing was decided"):
        run.status_of([verdict(Status.UNSUPPORTED)])


def test_what_bends_a_judgement_is_told() -> None:
    """Only what a backend declares otherwise than by default."""
    plain = Declaration(name="mine", description="my own")
    bent = Declaration(name="mine", flushes_subnormals=True, kinks={"relu.negative_zero": "positive_zero"})
    assert run.bending(plain) == []
    assert run.bending(bent) == ["flushes_subnormals = True", "relu.negative_zero = positive_zero"]


def test_help_is_fast() -> None:
    """Help imports no torch, no numpy and no hypothesis."""
    script = (
        "import sys; from conformance.__main__ import main; assert main(['run', '--help']) == 0; "
        "assert not {'torch', 'numpy', 'hypothesis', 'rich'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--examples N" in done.stdout


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Of torchstone and of the specification."""
    assert main(["--version"]) == 0
    assert "specification 2026.1" in capsys.readouterr().out


@pytest.mark.parametrize(("terminal", "bar"), [(True, True), (False, False)])
def test_a_terminal_gets_a_bar_and_a_pipe_lines(terminal: bool, bar: bool) -> None:
    """The bar names the operation at hand; a line is written for each finished operation."""
    text = io.StringIO()
    screen = Console(file=text, force_terminal=terminal, width=80, color_system=None, no_color=False)
    task = Task(backend="mine", address="mine", operation="linear", laws=None, dtypes=(), examples=1, seed=0)
    with progress(1, screen) as shown:
        shown.at(task, Place(dtype="float32", law="agreement", count=1))
        shown.ended(task, [verdict(Status.PASSED), verdict(Status.TIMED_OUT)])
    if bar:
        assert "mine linear: agreement" in text.getvalue()
    else:
        assert text.getvalue() == "[1/1] mine linear: 1 passed, 1 timed out\n"


def test_no_color_gets_lines() -> None:
    """A terminal under NO_COLOR has no bar."""
    text = io.StringIO()
    with progress(1, Console(file=text, force_terminal=True, no_color=True)):
        pass
    assert text.getvalue() == ""
