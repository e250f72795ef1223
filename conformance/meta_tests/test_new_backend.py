"""torchstone new-backend: what it writes conforms, and what it refuses."""

import argparse
import shlex
from pathlib import Path

import pytest

from conformance import new_backend
from conformance.backend import load
from conformance.engine import judge_kernel
from conformance.errors import UsageError
from conformance.operations import OPERATIONS
from conformance.operations.linear import LINEAR


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_kernel_conforms(here: Path) -> None:
    """The kernel that is written passes every law of linear in both dtypes."""
    new_backend.create("fresh")
    backend = load("./fresh", tuple(operation.name for operation in OPERATIONS))
    assert backend.name == "fresh"
    for dtype in ("float32", "float64"):
        verdicts = judge_kernel(
            LINEAR, backend.kernels["linear"], backend.declaration, dtype=dtype, examples=40
        )
        assert {verdict.id: verdict.message for verdict in verdicts if verdict.status != "passed"} == {}


def test_what_is_written_and_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three files are written, and the command that is printed names the folder."""
    assert new_backend.run(argparse.Namespace(name="fresh")) == 0
    assert sorted(path.name for path in here.iterdir()) == ["fresh"]
    assert sorted(path.name for path in Path("fresh").iterdir()) == [
        "README.md",
        "backend.toml",
        "linear.py",
    ]
    assert capsys.readouterr().out.splitlines()[-1] == "judge it: torchstone run ./fresh"


def test_no_placeholder_is_left(here: Path) -> None:
    """Name and address are filled in, also where the path needs quotes."""
    Path("my work").mkdir()
    folder = new_backend.create("my work/fresh")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "{name}" not in readme
    assert "{address}" not in readme
    assert f"torchstone run {shlex.quote('my work/fresh')}" in readme


@pytest.mark.parametrize(
    "name", ["", ".", "..", "1st", "with space", "a-b", "_private", "naïve", "linear.py"]
)
def test_a_bad_name_is_refused(here: Path, name: str) -> None:
    """A name that is no plain word, and the working directory itself, are refused; nothing is written."""
    with pytest.raises(UsageError):
        new_backend.create(name)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("numpy_vectorized", "a bundled backend has that name"),
        ("numpy", "a Python module has that name"),
        ("json", "a Python module has that name"),
        ("conformance", "a Python module has that name"),
        ("no/such/place", "No such file or directory"),
    ],
)
def test_a_name_that_is_taken_is_refused(here: Path, name: str, reason: str) -> None:
    """A name that would hide a module or be ambiguous on the command line is refused."""
    with pytest.raises(UsageError, match=reason):
        new_backend.create(name)
    assert list(here.iterdir()) == []


def test_an_existing_folder_is_left_alone(here: Path) -> None:
    """Nothing is written into a folder that is there."""
    kept = here / "mine" / "linear.py"
    kept.parent.mkdir()
    kept.write_text("pass\n", encoding="utf-8")
    with pytest.raises(UsageError, match="exists already"):
        new_backend.create("mine")
    assert [path.name for path in kept.parent.iterdir()] == ["linear.py"]
    assert kept.read_text(encoding="utf-8") == "pass\n"
