"""The house: who imports whom, one name everywhere, and proofs that these guards can fail."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.backend import bundled_names
from conformance.laws import LAWS
from conformance.operations import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]
OURS = {"reference", "implementations", "conformance"}
ALLOWED_IN_BACKENDS = {"numpy_vectorized": {"numpy"}, "manual_loops": {"numpy"}}


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Every (relative level, module) that a source text imports, `importlib.import_module("x")` included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""
        elif isinstance(node, ast.Call) and node.args and "import" in ast.unparse(node.func):
            first = node.args[0]
            text = first.values[0] if isinstance(first, ast.JoinedStr) and first.values else first
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield 0, text.value


def breaches(file: Path, source: str) -> list[str]:
    """The imports of a file that the house forbids."""
    place = file.relative_to(ROOT).as_posix().split("/")
    found = []
    for level, module in imported(source):
        top = module.split(".")[0]
        if place[0] == "reference":
            wrong = level == 0 and top not in {"torch", "reference", *sys.stdlib_module_names}
        elif place[0] == "implementations" and len(place) > 2:
            allowed = {*ALLOWED_IN_BACKENDS[place[1]], *sys.stdlib_module_names}
            wrong = level > 1 or (level == 0 and top not in allowed)
        else:
            wrong = top == "implementations" or (top == "reference" and place[-1] != "specification.py")
            # Tests of the reference are about the reference.
            wrong = wrong and not (
                top == "reference" and place[-1] in {"test_reference.py", "test_recorder.py"}
            )
        if wrong:
            found.append(f"{'/'.join(place)} imports {'.' * level}{module}")
    return found


def sources() -> list[Path]:
    return sorted(file for folder in OURS for file in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_keep_the_house(file: Path) -> None:
    """No file imports what its folder must not see."""
    assert breaches(file, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("reference/linear.py", "import numpy"),
        ("reference/linear.py", "from conformance.case import Case"),
        ("implementations/numpy_vectorized/linear.py", "import torch"),
        ("implementations/numpy_vectorized/linear.py", "from reference.linear import Linear"),
        ("implementations/numpy_vectorized/linear.py", "from ..manual_loops import linear"),
        ("implementations/manual_loops/linear.py", "from implementations.numpy_vectorized import linear"),
        ("conformance/engine.py", "from implementations import numpy_vectorized"),
        (
            "conformance/engine.py",
            "import importlib; importlib.import_module('implementations.manual_loops')",
        ),
        ("conformance/laws/agreement.py", "from reference.linear import Linear"),
    ],
)
def test_a_forbidden_import_is_seen(place: str, source: str) -> None:
    """The guard above can fail."""
    assert breaches(ROOT / place, source)


def test_one_name_everywhere() -> None:
    """An operation's name is the stem of its file in the reference, the judge and every bundled backend."""
    names = {operation.name for operation in OPERATIONS}
    assert stems(ROOT / "reference") == names
    assert stems(ROOT / "conformance" / "operations") == names
    for backend in bundled_names():
        assert stems(ROOT / "implementations" / backend) == names


def test_every_law_is_a_file_and_a_sentence() -> None:
    """A law's file, function and name are one word, and its docstring is one sentence."""
    laws = (*LAWS, *(law for operation in OPERATIONS for law in operation.laws))
    assert stems(ROOT / "conformance" / "laws") == {law.name for law in laws}
    for law in laws:
        assert law.sentence.endswith("."), law.name


def test_law_names_differ() -> None:
    """A law's name says which law it is, also among the laws of one operation."""
    general = [law.name for law in LAWS]
    for operation in OPERATIONS:
        names = [*general, *(law.name for law in operation.laws)]
        assert len(names) == len(set(names)), operation.name


def test_the_top_level_holds_no_other_importable() -> None:
    """An editable install puts the root on sys.path: nothing else there may be importable."""
    importable = {p.parent.name for p in ROOT.glob("*/__init__.py")} | {p.stem for p in ROOT.glob("*.py")}
    assert importable == OURS


def stems(folder: Path) -> set[str]:
    return {file.stem for file in folder.glob("*.py") if not file.name.startswith("_")}
