"""A case as a file: .safetensors, with everything that the format itself does not keep in the metadata.

safetensors silently stores wrong values for strided arrays, so the file holds C-contiguous copies; the metadata
holds config, law, dtype, tree structure, absent inputs, and each array's order, strides and writability.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from .backend import DTYPES
from .case import Case
from .errors import UsageError
from .tree import Array, Tree

FORMAT = "torchstone case 1"
"""What the metadata's `format` says; a file that says something else is foreign."""

LARGEST_BUFFER = 2**30
"""Bytes that one strided array may span: a damaged file must not ask for all memory."""


def save_case(path: Path, case: Case, law: str | None = None) -> None:
    """Write a case, and the law that it breaks; raises UsageError where the file cannot be written."""
    arrays = dict(_named(case))
    document = {
        "operation": case.operation,
        "law": law,
        "dtype": case.dtype,
        "regime": case.regime,
        "exact": case.exact,
        "config": dict(case.config),
        "params": list(case.params),
        "inputs": [None if array is None else f"inputs.{i}" for i, array in enumerate(case.inputs)],
        "mappings": case.mappings,
        "cotangent": _names(case.cotangent, "cotangent"),
        "layout": {name: _layout(array) for name, array in arrays.items()},
    }
    content = save(
        # Not ascontiguousarray, which makes a 0-d array 1-d.
        {name: np.array(array, order="C") for name, array in arrays.items()},
        metadata={"format": FORMAT, "case": json.dumps(document)},
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def load_case(path: Path) -> tuple[Case, str | None]:
    """The case of a file and the law it was saved for.

    Raises UsageError for a file that is missing, damaged or no case of torchstone's.
    """
    if not path.is_file():
        raise UsageError(f"no such case file: {path}")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise UsageError(f"{path} is damaged or no .safetensors file: {error}") from None
    if metadata.get("format") != FORMAT:
        raise UsageError(
            f"{path} is no case of torchstone's: its format is {metadata.get('format')!r}, expected {FORMAT!r}"
        )
    try:
        return _decoded(json.loads(metadata["case"]), arrays)
    except (KeyError, ValueError, TypeError, AttributeError, MemoryError, RecursionError) as error:
        raise UsageError(f"{path} is damaged: {type(error).__name__}: {error}") from None


def same_case(one: "Case", other: "Case") -> bool:
    """Whether two cases put the same question bit for bit, whatever the layout."""
    return (
        dict(one.config) == dict(other.config)
        and one.params.keys() == other.params.keys()
        and all(_same(one.params[name], other.params[name]) for name in one.params)
        and _same(one.inputs, other.inputs)
        and one.mappings == other.mappings
        and _same(one.cotangent, other.cotangent)
    )


def _decoded(document: Mapping[str, Any], stored: Mapping[str, Array]) -> tuple[Case, str | None]:
    if set(document["layout"]) != set(stored):
        raise ValueError(f"it holds {sorted(stored)}, expected {sorted(document['layout'])}")
    arrays = {name: _laid(array, document["layout"][name]) for name, array in stored.items()}
    law, dtype = document["law"], document["dtype"]
    if dtype not in DTYPES:
        raise ValueError(f"dtype {dtype!r}, expected one of {', '.join(DTYPES)}")
    if not isinstance(law, str | None) or not isinstance(document["operation"], str):
        raise ValueError("law and operation must be names")

    def refilled(names: Any) -> Tree:
        if isinstance(names, list):
            return tuple(refilled(name) for name in names)
        return None if names is None else arrays[names]

    case = Case(
        operation=document["operation"],
        dtype=dtype,
        config={str(option): _tupled(value) for option, value in document["config"].items()},
        params={name: arrays[f"params.{name}"] for name in document["params"]},
        inputs=tuple(None if name is None else arrays[name] for name in document["inputs"]),
        mappings=_tupled(document.get("mappings", [])),
        cotangent=refilled(document["cotangent"]),
        regime=str(document["regime"]),
        exact=bool(document["exact"]),
    )
    return case, law


def _named(case: Case) -> Iterator[tuple[str, Array]]:
    yield from ((f"params.{name}", array) for name, array in case.params.items())
    yield from ((f"inputs.{i}", array) for i, array in enumerate(case.inputs) if array is not None)
    yield from _branches(case.cotangent, "cotangent")


def _branches(tree: Tree, name: str) -> Iterator[tuple[str, Array]]:
    if isinstance(tree, tuple):
        for position, branch in enumerate(tree):
            yield from _branches(branch, f"{name}.{position}")
    elif tree is not None:
        assert not isinstance(tree, dict)
        yield name, tree


def _names(tree: Tree, name: str) -> Any:
    if isinstance(tree, tuple):
        return [_names(branch, f"{name}.{position}") for position, branch in enumerate(tree)]
    return None if tree is None else name


def _layout(array: Array) -> dict[str, Any]:
    order = "C" if array.flags.c_contiguous else "F" if array.flags.f_contiguous else "strided"
    return {"order": order, "strides": list(array.strides), "writable": array.flags.writeable}


def _laid(array: Array, layout: Mapping[str, Any]) -> Array:
    """A stored array as it lay in memory."""
    order = layout["order"]
    if order == "strided":
        steps = [step * (size - 1) for step, size in zip(layout["strides"], array.shape, strict=True)]
        below = -sum(step for step in steps if step < 0)
        span = below + sum(step for step in steps if step > 0) + array.itemsize
        if span > LARGEST_BUFFER:
            raise ValueError(f"strides {layout['strides']} span {span} bytes")
        buffer = np.zeros(span, dtype=np.uint8)
        laid: Array = np.ndarray(array.shape, array.dtype, buffer, below, tuple(layout["strides"]))
        laid[...] = array
    elif order in ("C", "F"):
        laid = np.array(array, order=order)
    else:
        raise ValueError(f"order {order!r}, expected C, F or strided")
    laid.flags.writeable = bool(layout["writable"])
    return laid


def _tupled(value: Any) -> Any:
    # A config holds no list: a list in JSON was a tuple.
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value


def _same(one: "Tree", other: "Tree") -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    return one is None and other is None
