"""Bad input: a wrong command is one clear line, a wrong backend is a verdict, and neither is a traceback."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conformance.__main__ import main
from conformance.backend import Declaration, load
from conformance.engine import judge_kernel
from conformance.errors import UsageError
from conformance.judgement import judge
from conformance.operations import OPERATIONS
from conformance.operations.linear import LINEAR
from conformance.verdict import Status

NAMES = tuple(operation.name for operation in OPERATIONS)

Complaint = Callable[..., str]


@pytest.fixture
def complaint(capsys: pytest.CaptureFixture[str]) -> Complaint:
    """Run a command that is wrong, and return what it says: exit status 2, one line, nothing else."""

    def call(*argv: str | Path) -> str:
        assert main([str(word) for word in argv]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith("torchstone: ")
        assert printed.err.count("\n") == 1
        return printed.err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A backend with one kernel, which nothing runs."""
    path = tmp_path / "mine"
    path.mkdir()
    (path / "linear.py").write_text("raise RuntimeError('executed')\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("", "COMMAND"),
        ("judge", "invalid choice: 'judge'"),
        ("run nmpy_vectorized", "unknown backend 'nmpy_vectorized'; did you mean 'numpy_vectorized'?"),
        ("run ./no_such_folder", "'./no_such_folder': no such folder"),
        ("run numpy_vectorized numpy_vectorized", "two backends are named 'numpy_vectorized'"),
        ("run --operations liner", "unknown operation 'liner'; did you mean 'linear'?"),
        ("run --operations ,", "expected names separated by commas"),
        ("run --operations linear --profile core", "not allowed with argument"),
        ("run --profile cor", "unknown profile 'cor'; did you mean 'core'?"),
        ("run --laws agrement", "unknown law 'agrement'; did you mean 'agreement'?"),
        ("run --laws stack_collapses --operations relu", "stack_collapses does not apply to relu"),
        ("run --dtypes float31", "unknown dtype 'float31'; did you mean 'float32'?"),
        ("run --examples 0", "examples = 0: expected 1 or more"),
        ("run --examples many", "invalid int value: 'many'"),
        ("run --seed -1", "seed = -1: expected 0 or more"),
        ("run -j 0", "-j = 0: expected 1 or more"),
        ("run --timeout 0", "--timeout 0: expected a number of seconds, 0.01 or more"),
        ("run --timeout nan", "--timeout nan: expected"),
        ("run --exmples 3", "unrecognized arguments: --exmples"),
        ("replay no_such_file.safetensors --backend numpy_vectorized", "no_such_file.safetensors"),
        ("train no_such_model", "no_such_model"),
        ("list moods", "invalid choice: 'moods'"),
    ],
)
def test_a_wrong_command_is_one_line(argv: str, said: str, complaint: Complaint) -> None:
    """The line says what is wrong, and the nearest right name."""
    assert said in complaint(*argv.split())


@pytest.mark.parametrize("argv", ["train mlp --data", "sample", "replay --backend x"])
def test_a_name_that_no_file_can_have_is_one_line(argv: str, complaint: Complaint) -> None:
    """The system refuses it wherever it is asked about it."""
    said = complaint(*argv.split(), "n" * 300)
    assert "nnn...: File name too long" in said
    assert len(said) < 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[backend", "not readable as TOML"),
        ("\xff", "not readable as TOML"),
        ("name = 'mine'", "expected one table [backend]"),
        ("[backend]\nnmae = 'mine'", "unknown key 'nmae'; did you mean 'name'?"),
        ("[backend]\nname = 3", "name = 3: expected a word"),
        ("[backend]\ndtypes = ['float31']", "dtypes = ['float31']: expected a list of float32, float64"),
        ("[backend]\ndtypes = 'float32'", "dtypes = 'float32': expected a list"),
        ("[backend]\ndtypes = ['float32', 'float32']", "expected each dtype once"),
        ("[backend]\ndtypes = [[]]", "dtypes = [[]]: expected a list"),
        ("[backend]\naccumulates_in = ['native']", "expected one of native, float32, float64"),
        ("[backend]\nbitwise_deterministic = 'no'", "bitwise_deterministic = 'no': expected bool"),
    ],
)
def test_a_wrong_backend_toml_is_one_line(text: str, said: str, folder: Path, complaint: Complaint) -> None:
    """The line names the file and the key."""
    (folder / "backend.toml").write_bytes(text.encode("latin-1"))
    told = complaint("run", folder)
    assert "backend.toml" in told
    assert said in told


def test_a_module_that_is_no_operation_is_one_line(folder: Path, complaint: Complaint) -> None:
    """The line names the module and the nearest operation."""
    (folder / "liner.py").touch()
    assert "'liner' is no operation; did you mean 'linear'?" in complaint("run", folder)


def test_a_report_that_cannot_be_written_is_one_line_before_anything_is_judged(
    folder: Path, complaint: Complaint
) -> None:
    """A file is no folder."""
    assert "cannot write a report" in complaint(
        "run", folder, "--report", folder / "linear.py", "--examples", "1"
    )


def test_a_module_that_does_not_import_is_errored_for_its_operation_alone(folder: Path) -> None:
    """Every law of the operation is errored with the reason; its neighbour is a kernel."""
    (folder / "relu.py").write_text("def forward(params, x): return x * (x > 0)\n", encoding="utf-8")
    backend = load(str(folder), NAMES)
    verdicts = judge_kernel(LINEAR, backend.kernels["linear"], backend.declaration, dtype="float32")
    assert {verdict.status for verdict in verdicts} == {Status.ERRORED}
    assert {verdict.message for verdict in verdicts} == {
        "mine/linear.py does not import: RuntimeError: executed"
    }
    assert getattr(backend.kernels["relu"], "forward", None) is not None


def right(params: Any, x: Any, **config: Any) -> Any:
    return x @ params["weight"].T + params.get("bias", 0)


def without_options(params: Any, x: Any) -> Any:
    return right(params, x)


def raising(params: Any, x: Any, **config: Any) -> Any:
    raise ZeroDivisionError("by zero,\nsurely")


def a_list(params: Any, x: Any, **config: Any) -> Any:
    return right(params, x).tolist()


def nothing(params: Any, x: Any, **config: Any) -> None:
    return None


def flat(params: Any, x: Any, **config: Any) -> Any:
    return right(params, x).reshape(-1)


def wide(params: Any, x: Any, **config: Any) -> Any:
    return right(params, x).astype(np.float64)


def objects(params: Any, x: Any, **config: Any) -> Any:
    return right(params, x).astype(object)


def nested(params: Any, x: Any, **config: Any) -> Any:
    return (right(params, x),)


def not_a_number(params: Any, x: Any, **config: Any) -> Any:
    return np.full_like(right(params, x), np.nan)


def meddling(params: Any, x: Any, **config: Any) -> Any:
    y = right(params, x)
    x *= 2
    return y


@pytest.mark.parametrize(
    ("forward", "law", "status", "said"),
    [
        (without_options, "agreement", Status.ERRORED, "forward() has the wrong signature"),
        (raising, "agreement", Status.ERRORED, "ZeroDivisionError: by zero, surely"),
        (a_list, "shape_and_dtype", Status.FAILED, "forward() returned a list of"),
        (nothing, "shape_and_dtype", Status.FAILED, "forward() returned None"),
        (objects, "shape_and_dtype", Status.FAILED, "forward() returned dtype object"),
        (flat, "shape_and_dtype", Status.FAILED, "output has shape"),
        (wide, "shape_and_dtype", Status.FAILED, "output has dtype float64, expected float32"),
        (nested, "shape_and_dtype", Status.FAILED, "nested as (array,), expected array"),
        (not_a_number, "agreement", Status.FAILED, "nan"),
        (meddling, "purity", Status.FAILED, "forward() changed x"),
    ],
)
def test_a_wrong_kernel_is_a_verdict(
    forward: Callable[..., Any], law: str, status: Status, said: str
) -> None:
    """The law that is broken says how, on a small case; the judge itself goes on."""
    (verdict,) = judge("linear", forward=forward, laws=[law], dtypes=["float32"], examples=20).verdicts
    assert verdict.status == status
    assert said in (verdict.message or "")
    assert verdict.counterexample is not None
    assert verdict.counterexample.size <= 8


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "needs forward= or vjp="),
        ({"forward": right, "examples": 0}, "examples = 0"),
        ({"forward": right, "seed": -1}, "seed = -1"),
        ({"forward": right, "dtypes": ["int8"]}, "unknown dtype 'int8'"),
        ({"forward": right, "laws": ["agrement"]}, "unknown law 'agrement'"),
        ({"operation": "liner", "forward": right}, "unknown operation 'liner'"),
    ],
)
def test_the_function_refuses_what_the_command_refuses(options: dict[str, Any], said: str) -> None:
    """judge() raises UsageError."""
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        judge(**{"operation": "linear", **options})


def test_a_refusal_is_no_fault() -> None:
    """NotImplementedError for everything is unsupported, with the reason."""

    def refusing(params: Any, x: Any, **config: Any) -> Any:
        raise NotImplementedError("no such luck")

    (verdict,) = judge(
        "linear", forward=refusing, laws=["agreement"], dtypes=["float32"], examples=5
    ).verdicts
    assert (verdict.status, verdict.message) == (Status.UNSUPPORTED, "no such luck")


def test_an_undeclared_dtype_is_unsupported() -> None:
    """The dtypes of backend.toml are all that is judged."""
    declaration = Declaration(name="mine", dtypes=("float64",))
    kernel = load("numpy_vectorized", NAMES, only=("linear",)).kernels["linear"]
    verdicts = judge_kernel(LINEAR, kernel, declaration, dtype="float32", examples=1)
    assert {verdict.status for verdict in verdicts} == {Status.UNSUPPORTED}
