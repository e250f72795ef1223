"""A case as a file: what is written comes back, and what is no case is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from conformance.case import Case, copy_array
from conformance.case_file import FORMAT, load_case, same_case, save_case
from conformance.errors import UsageError
from conformance.tree import Array

BASE = np.arange(48.0).reshape(6, 8) - 7.25


def read_only(array: Array) -> Array:
    """`array`, which may not be written to any more."""
    array.flags.writeable = False
    return array


LAYOUTS: dict[str, Array] = {
    "C-ordered": BASE,
    "Fortran-ordered": np.asfortranarray(BASE),
    "every second row and third column": copy_array(BASE[::2, ::3]),
    "turned round": BASE[::-1, ::-2],
    "broadcast": np.broadcast_to(BASE[0], (3, 8)),
    "read-only": read_only(BASE.copy()),
    "read-only and strided": read_only(copy_array(BASE[1::2, 1::2])),
    "0-d": np.array(-0.0),
    "no element": np.zeros((0, 3)),
    "special": np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324]),
    "float32": BASE.astype(np.float32),
    "integers": np.arange(5),
    "booleans": np.array([True, False]),
}


def stored_case(**changes: Any) -> Case:
    """A case with something of everything."""
    given: dict[str, Any] = {
        "operation": "linear",
        "dtype": "float64",
        "config": {"size": (2, 3), "stride": None, "p": 0.1, "mode": "same", "bias": True, "n": 3},
        "params": {"weight": BASE, "bias": BASE[0]},
        "inputs": (BASE[:, ::2], None, np.arange(3)),
        "cotangent": (BASE[1], (None, BASE[:1])),
        "regime": "affine",
        "exact": True,
    }
    return Case(**{**given, **changes})


def write_foreign(path: Path, metadata: dict[str, str] | None) -> None:
    """A sound .safetensors file with any metadata."""
    save_file({"weight": np.ones(3)}, path, metadata=metadata)


def test_everything_comes_back(tmp_path: Path) -> None:
    """Config with its types, params in their order, absent inputs, nesting, law and regime survive a file."""
    case = stored_case()
    save_case(tmp_path / "deep" / "case.safetensors", case, "agreement")
    back, law = load_case(tmp_path / "deep" / "case.safetensors")
    assert law == "agreement"
    assert same_case(case, back)
    assert (back.operation, back.dtype, back.regime, back.exact) == ("linear", "float64", "affine", True)
    assert list(back.params) == ["weight", "bias"]
    assert {name: type(value) for name, value in back.config.items()} == {
        name: type(value) for name, value in case.config.items()
    }
    assert back.inputs[1] is None
    assert isinstance(back.cotangent, tuple)
    assert isinstance(back.cotangent[1], tuple)
    assert back.cotangent[1][0] is None


def test_mappings_come_back(tmp_path: Path) -> None:
    """Inputs that a kernel gets in mappings have their keys and order after a file, an empty mapping too."""
    keys = (("weight", "bias"), (), ("bias.step",))
    case = stored_case(inputs=(BASE, BASE[0], np.array(3.0)), mappings=keys, cotangent=None)
    save_case(tmp_path / "case.safetensors", case)
    back, _ = load_case(tmp_path / "case.safetensors")
    assert back.mappings == keys
    assert same_case(case, back)
    assert [list(mapping) for mapping in back.passed(back.inputs)] == [list(names) for names in keys]
    assert not same_case(case, stored_case(inputs=case.inputs, cotangent=None))


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_comes_back(tmp_path: Path, name: str) -> None:
    """Values, bits, order, strides and writability of an array survive a file."""
    array = LAYOUTS[name]
    save_case(tmp_path / "case.safetensors", stored_case(inputs=(array,)))
    (back,) = load_case(tmp_path / "case.safetensors")[0].inputs
    assert back is not None
    assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert back.flags.writeable == array.flags.writeable
    assert back.flags.c_contiguous == array.flags.c_contiguous
    assert back.flags.f_contiguous == array.flags.f_contiguous
    assert back.strides == array.strides


@pytest.mark.parametrize(
    "changes",
    [
        {"config": {}},
        {"params": {"weight": BASE}},
        {"params": {"weight": BASE, "bias": BASE[1]}},
        {"inputs": (BASE[:, ::2], BASE, np.arange(3))},
        {"inputs": (BASE[:, ::2], None, np.arange(3).astype(np.int32))},
        {"cotangent": (BASE[1], BASE[:1])},
    ],
)
def test_a_difference_is_seen(changes: dict[str, Any]) -> None:
    """`same_case` tells cases apart: the tests above can fail."""
    assert same_case(stored_case(), stored_case())
    assert not same_case(stored_case(), stored_case(**changes))


def test_the_sign_of_zero_is_a_difference() -> None:
    """Cases are compared by bits: 0.0 is not -0.0."""
    assert not same_case(stored_case(inputs=(np.array(0.0),)), stored_case(inputs=(np.array(-0.0),)))


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    """A path that is no file is named."""
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(UsageError, match="no such case file"):
            load_case(path)


@pytest.mark.parametrize("kept", [0, 4, 200, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, kept: int) -> None:
    """A file that was cut off anywhere is damaged."""
    path = tmp_path / "case.safetensors"
    save_case(path, stored_case())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(UsageError, match="damaged"):
        load_case(path)


@pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}, {"case": "{}"}])
def test_a_foreign_file_is_refused(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    """Somebody else's .safetensors file, a model's parameters for one, is no case."""
    write_foreign(tmp_path / "model.safetensors", metadata)
    with pytest.raises(UsageError, match="is no case"):
        load_case(tmp_path / "model.safetensors")


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "{}",
        "[" * 5000,
        json.dumps({"layout": {}}),
        json.dumps({"layout": {"weight": {"order": "C", "strides": [8], "writable": True}}}),
        json.dumps({"layout": {"weight": {"order": "Z", "strides": [8], "writable": True}}}),
        json.dumps({"layout": {"weight": {"order": "strided", "strides": [2**60], "writable": True}}}),
        json.dumps({"layout": {"weight": {"order": "strided", "strides": [8, 8], "writable": True}}}),
    ],
)
def test_a_damaged_description_is_refused(tmp_path: Path, document: str) -> None:
    """Metadata that does not describe the arrays beside it is damage, not an exception of the judge's."""
    write_foreign(tmp_path / "case.safetensors", {"format": FORMAT, "case": document})
    with pytest.raises(UsageError, match="damaged"):
        load_case(tmp_path / "case.safetensors")


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A file in the place of a folder is told in one line."""
    (tmp_path / "cases").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot write"):
        save_case(tmp_path / "cases" / "case.safetensors", stored_case())
