"""A user's own folder with one of our names is never taken for ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.meta_tests.test_pytest_plugin import PLUGIN

ROOT = Path(__file__).resolve().parents[2]


def started(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["reference", "implementations"])
@pytest.mark.parametrize("kind", ["package", "module"])
def test_a_foreign_package_is_noticed_at_start(name: str, kind: str, tmp_path: Path) -> None:
    """`python -m conformance` puts the working directory first: exit status 2, and one line that names it."""
    file = tmp_path / (f"{name}/__init__.py" if kind == "package" else f"{name}.py")
    file.parent.mkdir(exist_ok=True)
    file.write_text("raise RuntimeError('executed')\n", encoding="utf-8")
    done = started(tmp_path, "-m", "conformance", "list", "laws")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"torchstone: {tmp_path.resolve() / name}")
    assert f"hides torchstone's own package '{name}'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_without_init_hides_nothing(tmp_path: Path) -> None:
    """Our packages win against folders that only have the name."""
    for name in ("reference", "implementations", "conformance"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "linear.py").write_text("raise RuntimeError('executed')\n", encoding="utf-8")
    done = started(tmp_path, "-m", "conformance", "list", "laws")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_console_command_does_not_look_in_the_working_directory(tmp_path: Path) -> None:
    """With ours on the path and the working directory not on it, a foreign package does no harm."""
    for name in ("reference", "implementations", "conformance"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('executed')\n", encoding="utf-8")
    # What the console script does; -P stands for its own folder in the first place of sys.path.
    script = "import sys; from conformance.__main__ import main; sys.exit(main(['list', 'laws']))"
    done = started(tmp_path, "-P", "-c", script)
    assert (done.returncode, done.stderr) == (0, "")


def test_pytest_notices_a_foreign_package_too(tmp_path: Path) -> None:
    """`python -m pytest` puts the working directory first: a usage error where an option of ours is used."""
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "__init__.py").touch()
    (tmp_path / "test_nothing.py").write_text("def test_nothing(): pass\n", encoding="utf-8")
    plain = started(tmp_path, "-m", "pytest", *PLUGIN, "-q")
    assert plain.returncode == 0, plain.stdout + plain.stderr
    asked = started(tmp_path, "-m", "pytest", *PLUGIN, "--backend", "numpy_vectorized")
    assert asked.returncode == 4
    assert "hides torchstone's own package 'reference'" in asked.stderr
