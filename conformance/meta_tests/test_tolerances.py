"""Nobody passes a tolerance: allowances are derived; what compares otherwise is listed here with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from .test_house import ROOT, sources

TOLERANCES = {"rtol", "atol", "tol", "rel_tol", "abs_tol", "tolerance", "rel_tolerance", "abs_tolerance"}

APPROXIMATE = {
    "allclose",
    "isclose",
    "approx",
    "assert_close",
    "assert_allclose",
    "assert_almost_equal",
    "assert_approx_equal",
    "assert_array_almost_equal",
    "assert_array_almost_equal_nulp",
    "assert_array_max_ulp",
    "assertAlmostEqual",
    "gradcheck",
    "gradgradcheck",
}

ADMITTED = {
    "conformance/meta_tests/test_reference.py": "central differences of the reference itself, and orders of "
    "magnitude",
    "conformance/meta_tests/test_recording_attention.py": "PyTorch's paths of one computation with one "
    "another, in float64",
    "conformance/meta_tests/test_transformers.py": "PyTorch with itself after a change of places, in float64",
}


def tolerances(source: str) -> Iterator[tuple[int, str]]:
    """Every (line, name) of a comparison up to a tolerance, of a tolerance passed, and of one given a value."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in APPROXIMATE:
                yield node.lineno, called
            yield from ((node.lineno, word.arg) for word in node.keywords if word.arg in TOLERANCES)
        elif isinstance(node, ast.arg) and node.arg in TOLERANCES:
            yield node.lineno, node.arg
        elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name.lower() in TOLERANCES:
                yield node.lineno, name
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in APPROXIMATE)


def found_in(file: Path) -> list[tuple[int, str]]:
    return list(tolerances(file.read_text(encoding="utf-8")))


def test_no_tolerance_is_a_literal() -> None:
    """No file of the specification, of a backend or of the judge has one, but for those admitted."""
    files = {str(file.relative_to(ROOT)): found_in(file) for file in sources()}
    assert {file: found for file, found in files.items() if found and file not in ADMITTED} == {}


def test_what_is_admitted_is_there() -> None:
    """An entry whose file has no tolerance any more is out of date."""
    assert [file for file in ADMITTED if not found_in(ROOT / file)] == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("np.allclose(a, b)", "allclose"),
        ("from math import isclose", "isclose"),
        ("assert x == pytest.approx(3)", "approx"),
        ("torch.testing.assert_close(a, b)", "assert_close"),
        ("check(a, b, rtol=1e-5)", "rtol"),
        ("check(a, b, tol=slack)", "tol"),
        ("def check(a, b, *, atol=0.1): ...", "atol"),
        ("TOLERANCE = 1e-3", "TOLERANCE"),
        ("self.rtol = 1e-3", "rtol"),
    ],
)
def test_a_tolerance_is_seen(source: str, name: str) -> None:
    """The guard above can fail."""
    assert name in {found for _, found in tolerances(source)}


def test_other_numbers_are_none() -> None:
    """Neither a derived allowance nor a number that is compared is taken for one."""
    assert list(tolerances("allowed = 2 * unit * abs(expected)\nassert error <= allowed")) == []
