"""The pool: what a kernel does to its process is a verdict on its operation alone, and nothing is left behind."""

import os
import time
from pathlib import Path

import pytest

from conformance import workers
from conformance.case import Case
from conformance.errors import JudgeError, UsageError
from conformance.verdict import Status, Verdict
from conformance.worker import Task
from conformance.workers import Pool

RIGHT = """
def forward(params, x, *, in_features, out_features, bias):
    print("noise", flush=True)
    return x @ params["weight"].T + params.get("bias", 0)
"""
RELU = """
def forward(params, x):
    return (x * (x > 0)).astype(x.dtype)
"""
ABORTS = """
import os
def helper(x):
    if x.ndim == 2:
        os.abort()
def forward(params, x, *, in_features, out_features, bias):
    helper(x)
    return x @ params["weight"].T + params.get("bias", 0)
"""
WANDERS = """
import os
os.chdir("/")
def forward(params, x):
    return (x * (x > 0)).astype(x.dtype)
"""
HANGS_AND_HAS_CHILDREN = """
import os, subprocess, sys
from pathlib import Path
def forward(params, x, **config):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(__file__).with_name("pids.txt").write_text(f"{os.getpid()} {child.pid}")
    child.wait()
"""


def backend(folder: Path, **kernels: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, source in kernels.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return folder


def task(folder: Path, operation: str = "linear", law: str = "agreement") -> Task:
    return Task(
        backend=folder.name,
        address=os.path.join(".", folder),  # noqa: PTH118, Path drops the dot
        operation=operation,
        laws=(law,),
        dtypes=("float32",),
        examples=10,
        seed=0,
    )


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A killed orphan waits for init to collect it.
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pids: list[int]) -> bool:
    """Whether every process ends within a few seconds."""
    end = time.monotonic() + 10
    while any(alive(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(alive(pid) for pid in pids)


def test_a_crash_is_the_verdict_of_its_operation_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict names the signal, the place in the kernel's file and the case; the next operation is judged."""
    monkeypatch.chdir(backend(tmp_path / "aborts", linear=ABORTS, relu=WANDERS).parent)
    folder = Path("./aborts")
    with Pool(1, 60) as pool:
        judged = dict(pool.judge([task(folder), task(folder, "relu")]))
    ((crash,), (neighbour,)) = judged.values()
    assert (crash.status, crash.law, crash.dtype) == (Status.CRASHED, "agreement", "float32")
    assert crash.message is not None
    assert crash.message.startswith("killed by SIGABRT in linear.py, line 5, helper(), at case ")
    assert crash.counterexample is not None
    (x,) = crash.counterexample.case.inputs
    assert x is not None
    assert x.ndim == 2
    assert neighbour.status == Status.PASSED, neighbour.message


def test_a_hanging_kernel_is_timed_out_and_its_children_end(tmp_path: Path) -> None:
    """The verdict says where the kernel was; neither its process nor what it started is left."""
    folder = backend(tmp_path / "hangs", linear=HANGS_AND_HAS_CHILDREN)
    with Pool(1, 4) as pool:
        ((_, (verdict,)),) = pool.judge([task(folder)])
        pids = [int(pid) for pid in (folder / "pids.txt").read_text().split()]
        assert gone(pids)
    assert (verdict.status, verdict.law) == (Status.TIMED_OUT, "agreement")
    assert verdict.message == "not finished after 4 s in linear.py, line 7, forward(), at case 1"
    assert isinstance(verdict.counterexample and verdict.counterexample.case, Case)


def test_an_exit_while_importing_and_a_foreign_exception_are_crashes(tmp_path: Path) -> None:
    """os._exit() and an exception that is no Exception are told as what they are."""
    exits = backend(tmp_path / "exits", linear="import os\nos._exit(0)\n")
    raises = backend(
        tmp_path / "raises", linear="def forward(*_, **__):\n    raise KeyboardInterrupt('no')\n"
    )
    with Pool(2, 60) as pool:
        judged = {one.backend: verdicts for one, verdicts in pool.judge([task(exits), task(raises)])}
    (exit_,), (raised,) = judged["exits"], judged["raises"]
    assert (exit_.status, exit_.law) == (Status.CRASHED, None)
    assert exit_.message == "the process ended with exit status 0"
    assert raised.status == Status.CRASHED
    assert raised.message == "raised KeyboardInterrupt: no in linear.py, line 2, forward(), at case 1"


def test_what_the_judge_does_wrong_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does not start is a JudgeError with what it printed; a folder that went is a UsageError."""
    folder = backend(tmp_path / "mine", linear=RIGHT)
    with Pool(1, 60) as pool, pytest.raises(UsageError, match="no such folder"):
        list(pool.judge([task(tmp_path / "went")]))
    monkeypatch.setattr(workers, "_START", "raise SystemExit('the dog ate it')")
    with Pool(1, 60) as pool, pytest.raises(JudgeError, match="did not start") as error:
        list(pool.judge([task(folder)]))
    assert "the dog ate it" in str(error.value.__cause__)


def test_leaving_the_pool_ends_its_workers(tmp_path: Path) -> None:
    """An exception in mid-run, Ctrl-C among them, leaves no process."""
    folder = backend(tmp_path / "hangs", linear=HANGS_AND_HAS_CHILDREN)

    def interrupt(judged: Task, place: object) -> None:
        while not (folder / "pids.txt").exists() or not (folder / "pids.txt").read_text():
            time.sleep(0.05)
        raise KeyboardInterrupt

    verdicts: list[Verdict] = []
    with pytest.raises(KeyboardInterrupt), Pool(1, 600) as pool:
        verdicts += [found for _, some in pool.judge([task(folder)], interrupt) for found in some]
    assert verdicts == []
    assert gone([int(pid) for pid in (folder / "pids.txt").read_text().split()])
