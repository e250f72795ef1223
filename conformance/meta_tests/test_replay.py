"""torchstone replay: one stored case, one law, one backend."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conformance import new_backend, replay
from conformance.case import Case
from conformance.case_file import save_case
from conformance.errors import UsageError
from conformance.operation import Kink, listed_case
from conformance.operations.linear import LINEAR
from conformance.selection import laws_of

RIGHT = new_backend.LINEAR
CASE = Case(
    operation="linear",
    dtype="float32",
    config={"in_features": 2, "out_features": 1, "bias": True},
    params={"weight": np.array([[1, 2]], np.float32), "bias": np.array([3], np.float32)},
    inputs=(np.array([[4, 5]], np.float32),),
    cotangent=np.array([[6]], np.float32),
    exact=True,
)
REJECTED = listed_case("linear", LINEAR.rejects[0], "float64")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Replay a case under a law on a backend whose linear.py has the given source: (exit status, output)."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(
        source: str, case: Case = CASE, law: str | None = "agreement", toml: str = ""
    ) -> tuple[int, str]:
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "linear.py").write_text(source, encoding="utf-8")
        (folder / "backend.toml").write_text(f'[backend]\nname = "mine"\n{toml}', encoding="utf-8")
        save_case(tmp_path / "case.safetensors", case, law)
        status = replay.run(argparse.Namespace(case_file=tmp_path / "case.safetensors", backend=str(folder)))
        return status, capsys.readouterr().out

    return call


def test_a_right_kernel_conforms(run: Run) -> None:
    """Exit 0; the law's sentence, the case and the outcome are printed."""
    status, printed = run(RIGHT)
    assert status == 0
    assert "Every element of the output equals the float64 reference" in printed
    assert "weight     (1, 2) [[1., 2.]]" in printed
    assert "cotangent  (1, 1) [[6.]]" in printed
    assert "passed  mine / linear / agreement  float32" in printed


def test_a_wrong_kernel_does_not(run: Run) -> None:
    """Exit 1, with what was expected and what was given."""
    status, printed = run(RIGHT.replace('x @ params["weight"].T', 'x @ -params["weight"].T'))
    assert status == 1
    assert "failed  mine / linear / agreement  float32" in printed
    assert "output: it is wrong at [0, 0]: expected 17, got -11" in printed
    assert "actual    output = [[-11.]]" in printed


def test_an_uninformative_case_can_pass(run: Run) -> None:
    """A case of zeros, which shrinking leaves, passes as soon as the kernel is right."""
    params = {name: 0 * array for name, array in CASE.params.items()}
    assert run(RIGHT, replace(CASE, params=params))[0] == 0


def test_the_law_decides(run: Run) -> None:
    """A wrong bias gradient is nothing to `agreement` and a failure of `vjp`."""
    wrong = RIGHT.replace("cotangent.sum(axis=leading)", "2 * cotangent.sum(axis=leading)")
    status, printed = run(wrong, law="vjp")
    assert status == 1
    assert "cotangent of bias: it is wrong at [0]: expected 6, got 12" in printed


def test_a_rejection_is_replayed(run: Run) -> None:
    """What must be refused is found again among the operation's listed rejections."""
    status, printed = run(RIGHT.replace("raise ValueError", "raise KeyError"), REJECTED, "rejection")
    assert status == 1
    assert "case (float64, listed: too few features)" in printed


def test_what_is_not_listed_is_refused(run: Run) -> None:
    """A case of `rejection` that the specification does not list cannot be judged."""
    with pytest.raises(UsageError, match="not listed"):
        run(RIGHT, CASE, "rejection")


def test_a_kink_is_found_among_the_listed() -> None:
    """A stored kink finds its entry, which holds the pinned values."""
    kinks = (
        Kink(name="one", inputs=(np.array([1.0]),), output=np.array([1.0])),
        Kink(name="zero", inputs=(np.array([0.0]),), output=np.array([0.0])),
        Kink(name="negative zero", inputs=(np.array([-0.0]),), output=np.array([-0.0])),
    )
    operation = replace(LINEAR, kinks=kinks)
    law = next(law for law in laws_of(operation) if law.name == "kinks")
    for kink in kinks:
        assert replay.listed_entry(operation, law, listed_case("linear", kink, "float32")) is kink


@pytest.mark.parametrize(
    ("source", "toml", "reason"),
    [
        ("def forward(*args, **config): raise NotImplementedError('not yet')", "", "not yet"),
        ("forward = None\nvjp = len", 'dtypes = ["float64"]', "float32 is not declared"),
    ],
)
def test_what_is_not_claimed_is_unsupported(run: Run, source: str, toml: str, reason: str) -> None:
    """A refusal and a dtype that is not declared are no failures."""
    status, printed = run(source, toml=toml)
    assert status == 0
    assert "unsupported" in printed
    assert reason in printed


def test_a_kernel_that_does_not_import_is_errored(run: Run) -> None:
    """The reason is printed, exit 1."""
    status, printed = run("import no_such_library")
    assert status == 1
    assert "errored" in printed
    assert "no_such_library" in printed


def test_nothing_decided_is_no_success(run: Run) -> None:
    """Exit 2 where the law compares nothing: the output has the wrong shape, or no element."""
    status, printed = run(RIGHT.replace("return y +", "return y[0] +"))
    assert status == 2
    assert "the output has the wrong shape" in printed


@pytest.mark.parametrize("law", ["no_such_law", None, "kinks"])
def test_a_law_that_does_not_apply_is_refused(run: Run, law: str | None) -> None:
    """A file that names no law of the operation's is the wrong file."""
    with pytest.raises(UsageError, match="does not have"):
        run(RIGHT, law=law)


def test_an_unknown_operation_is_refused(run: Run) -> None:
    """A case of an operation that this version does not have is told with the nearest name."""
    with pytest.raises(UsageError, match="did you mean 'linear'"):
        run(RIGHT, replace(CASE, operation="liner"))


def test_an_unknown_backend_is_refused(tmp_path: Path) -> None:
    """The backend is named."""
    save_case(tmp_path / "case.safetensors", CASE, "agreement")
    with pytest.raises(UsageError, match="numpy_vectorised"):
        replay.run(argparse.Namespace(case_file=tmp_path / "case.safetensors", backend="numpy_vectorised"))
