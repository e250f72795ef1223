"""What is private to PyTorch and to Hypothesis is used in one file each, in versions that are known."""

import ast
from collections.abc import Iterator
from inspect import signature
from pathlib import Path

import hypothesis
import pytest
import torch
from torch._decomp import decompositions

from conformance.noise import _FUSED, _NORMALISED, _WRITTEN_OUT, DECOMPOSITIONS

from .test_house import ROOT, sources

HOMES = {"torch": "conformance/noise.py", "hypothesis": "conformance/asking.py"}

# Judged with these; another one needs a run of all meta tests, and its name here.
TORCH = {"2.13", "2.14"}
HYPOTHESIS = {"6.170"}


def version(of: str) -> str:
    """The first two numbers."""
    return ".".join(of.split("+")[0].split(".")[:2])


def private(source: str, package: str) -> Iterator[str]:
    """Every module or attribute of a package that its own names call private."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names = [ast.unparse(node)]
        for name in names:
            first, *rest = name.split(".")
            inner = any(p == "internal" or (p.startswith("_") and not p.endswith("__")) for p in rest)
            if first == package and inner:
                yield name


@pytest.mark.parametrize("package", HOMES)
def test_private_interfaces_have_one_home(package: str) -> None:
    """No other file of the judge uses any; tests of them may."""
    users = {
        str(file.relative_to(ROOT))
        for file in sources()
        if file != Path(__file__) and any(private(file.read_text(encoding="utf-8"), package))
    }
    assert users == {HOMES[package]}


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("torch", "from torch._decomp import get_decompositions"),
        ("torch", "from torch.utils._python_dispatch import TorchDispatchMode"),
        ("torch", "import torch._C"),
        ("torch", "torch._C._functorch.maybe_get_level(x)"),
        ("hypothesis", "from hypothesis.internal.conjecture.data import ConjectureData"),
    ],
)
def test_a_private_interface_is_seen(package: str, source: str) -> None:
    """The guard above can fail, and public names do not set it off."""
    assert list(private(source, package))
    assert not list(private("from torch.overrides import resolve_name\ntorch.__version__\nx._y", package))


def test_the_versions_are_known() -> None:
    """Those that the meta tests have passed with."""
    assert version(torch.__version__) in TORCH
    assert version(hypothesis.__version__) in HYPOTHESIS


def test_every_fused_primitive_has_a_decomposition() -> None:
    """Torch's table knows all but those by hand: one that it dropped would be taken for a single rounding."""
    assert set(DECOMPOSITIONS) == {*_FUSED, *_NORMALISED, *_WRITTEN_OUT}
    assert all(callable(decomposition) for decomposition in DECOMPOSITIONS.values())


def test_recurrent_layers_have_a_decomposition_into_steps() -> None:
    """With the arguments of torch's own entry points."""
    for step in (decompositions.rnn_tanh_input, decompositions.rnn_relu_input):
        assert list(signature(step).parameters)[:2] == ["input", "hx"]
    assert list(signature(decompositions.lstm_impl).parameters)[:3] == ["input", "hx", "params"]
