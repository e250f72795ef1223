"""Parameters in a .safetensors file: numbers, names and shapes, nothing that could be executed."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load, save

from .errors import UsageError
from .tree import Array

STATE = "optimizer:"
"""What the names of an optimiser's state begin with, beside the parameters: no parameter's name does."""


def write(file: Path, params: Mapping[str, Array], facts: Mapping[str, str] | None = None) -> None:
    """Write params, and facts about them, whole or not at all; raises UsageError where that cannot be done.

    What is there and is no file, a device for one, stays.
    """
    # safetensors silently writes wrong numbers for arrays that are not C-contiguous.
    content = save(
        # Not ascontiguousarray, which makes a 0-d array 1-d.
        {name: np.array(array, order="C") for name, array in params.items()},
        metadata=None if facts is None else dict(facts),
    )
    part = file.parent / f".{file.name}.part"
    try:
        if not file.name or (file.exists() and not file.is_file()):
            raise OSError("it is no file")
        part.write_bytes(content)
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise UsageError(f"{file}: not written: {error.strerror or error}") from None


def read(file: Path, like: Mapping[str, Array]) -> dict[str, Array]:
    """The params in a file, which must have the names, shapes and dtypes of `like`.

    An optimiser's state is passed over where `like` has none. Raises UsageError where the file is missing,
    damaged or of another model.
    """
    try:
        found = load(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: not read: {error.strerror or error}") from None
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{file}: not readable as safetensors: {error}") from None
    if not any(name.startswith(STATE) for name in like):
        found = {name: array for name, array in found.items() if not name.startswith(STATE)}
    if found.keys() != like.keys():
        differing = ", ".join(sorted(found.keys() ^ like.keys()))
        raise UsageError(f"{file}: the parameters of another model ({differing})")
    for name, wanted in like.items():
        array = found[name]
        if array.shape != wanted.shape or array.dtype != wanted.dtype:
            raise UsageError(
                f"{file}: {name} is {array.dtype} {array.shape}, expected {wanted.dtype} {wanted.shape}"
            )
    return {name: np.array(found[name]) for name in like}


def facts(file: Path) -> dict[str, str]:
    """The facts in a file; none where it has none. Raises UsageError where it is missing or damaged."""
    if not file.is_file():
        raise UsageError(f"no such file: {file}")
    try:
        with safe_open(file, framework="numpy") as opened:
            return dict(opened.metadata() or {})
    except (SafetensorError, OSError, ValueError) as error:
        raise UsageError(f"{file}: not readable as safetensors: {error}") from None
