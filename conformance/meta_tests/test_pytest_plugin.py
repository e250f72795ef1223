"""pytest's door: one test for each backend, operation and law."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from conformance.meta_tests.test_expectations import RIGHT, WRONG, expecting
from conformance.meta_tests.test_workers import ABORTS, RELU, backend

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = any(found.name == "torchstone" for found in entry_points(group="pytest11"))
PLUGIN = ("-p", "no:cacheprovider", *(() if INSTALLED else ("-p", "conformance.pytest_plugin")))


def pytest_run(folder: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    """`pytest ...` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGIN, *argv],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_law_is_a_test(tmp_path: Path) -> None:
    """A right kernel passes, gradients it lacks are skipped, a crash fails every law of its operation."""
    mine = backend(tmp_path / "mine", linear=ABORTS, relu=RELU)
    done = pytest_run(
        tmp_path,
        *("--pyargs", "conformance.test_conformance", "--backend", str(mine)),
        *("--torchstone-operations", "linear,relu", "--torchstone-laws", "agreement,vjp,purity"),
        *("--torchstone-dtypes", "float64", "--torchstone-examples", "40", "-rA", "-p", "no:xdist"),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    told = {tuple(line.split()[:2]) for line in done.stdout.splitlines() if "test_conformance[" in line}
    outcome = {
        name.partition("[")[2].rstrip("]"): word for word, name in told if word in ("PASSED", "FAILED")
    }
    assert outcome == {
        "mine-linear-agreement": "FAILED",
        "mine-linear-vjp": "FAILED",
        "mine-linear-purity": "FAILED",
        "mine-relu-agreement": "PASSED",
        "mine-relu-purity": "PASSED",
    }
    assert "no vjp" in done.stdout
    assert "killed by SIGABRT in linear.py, line 5, helper(), at case" in done.stdout
    assert "not judged: mine/linear/agreement/float64 crashed" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_wrong_option_is_one_line(tmp_path: Path) -> None:
    """Nothing is collected."""
    done = pytest_run(tmp_path, "--backend", "numpy_vectorised")
    assert done.returncode == 4
    assert "torchstone: unknown backend 'numpy_vectorised'; did you mean 'numpy_vectorized'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_plugin_does_nothing_unless_used() -> None:
    """Every project where torchstone is installed loads it: it must cost nothing there."""
    script = (
        "import sys, conformance.pytest_plugin; "
        "assert [name for name in sys.modules if name.startswith('conformance')] == "
        "['conformance', 'conformance.pytest_plugin']; assert not {'torch', 'numpy', 'rich'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [(WRONG, 0, "1 xfailed"), (RIGHT, 1, "delete lines 1 to 5 of expectations.toml")],
)
def test_an_expectation_decides(tmp_path: Path, source: str, status: int, said: str) -> None:
    """An expected failure is xfail, an unexpected pass fails: pytest's own strictness."""
    mine = expecting(tmp_path / "mine", source)
    done = pytest_run(
        tmp_path,
        *("--pyargs", "conformance.test_conformance", "--backend", str(mine)),
        *("--torchstone-operations", "linear", "--torchstone-laws", "agreement"),
        *("--torchstone-dtypes", "float32", "-p", "no:xdist"),
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert said in done.stdout
