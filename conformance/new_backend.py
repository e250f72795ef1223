"""torchstone new-backend: a folder with one working kernel and the way to the next one."""

import argparse
import importlib.util
import re
import shlex
import sys
from pathlib import Path

from .backend import bundled_names
from .errors import UsageError

BACKEND_TOML = """\
[backend]
name = "{name}"
description = "one line that is printed in every report"
dtypes = ["float32", "float64"]
"""

LINEAR = '''\
"""linear: y = x @ weight.T + bias

Shapes: x (..., in_features), weight (out_features, in_features), bias (out_features,), y (..., out_features).
Raises: ValueError if x is 0-d or its last dimension is not in_features.
"""

import numpy as np


def forward(params, x, *, in_features, out_features, bias):
    if x.ndim == 0 or x.shape[-1] != in_features:
        raise ValueError(f"x has shape {x.shape}, expected (..., {in_features})")
    y = x @ params["weight"].T
    return y + params["bias"] if bias else y


def vjp(params, x, *, in_features, out_features, bias):
    y = forward(params, x, in_features=in_features, out_features=out_features, bias=bias)

    leading = tuple(range(x.ndim - 1))

    def pullback(cotangent):
        params_cotangents = {"weight": np.tensordot(cotangent, x, axes=(leading, leading))}
        if bias:
            params_cotangents["bias"] = cotangent.sum(axis=leading)
        return params_cotangents, (cotangent @ params["weight"],)

    return y, pullback
'''

README = """\
# {name}

A backend for torchstone: one file for each operation, judged against PyTorch.

    torchstone run {address}

`linear.py` is there and conforms. Every other operation is `unsupported` until its file is.

## The next kernel

1. Choose an operation: `torchstone list operations`. Its specification (equation, shapes, options, what it
   raises) is the docstring in `reference/<operation>.py` of torchstone.
2. Write `<operation>.py` beside this file:

       def forward(params, *inputs, **config): ...   # -> output
       def vjp(params, *inputs, **config): ...       # -> output, pullback
       #   pullback(cotangent) -> (params_cotangents, inputs_cotangents)

   Name every option instead of writing `**config`: an option that is swallowed is an option that is ignored.
   `forward` alone is a complete kernel; without `vjp` the laws about gradients say `unsupported`.
3. Judge it while you write:

       torchstone run {address} --operations <operation> --report report

   A failure comes with the smallest case that shows it and the command that replays it.

## What a kernel keeps to

- Arrays are NumPy arrays, coming in and going out, in the dtype of the case and in any memory layout.
- `params` is a state_dict (an absent parameter is an absent key); an input that is omitted is `None`.
- It changes no argument, keeps no state and returns no memory of its arguments.
- The pullback may be called any number of times. It returns a cotangent for every key of `params` and a tuple as
  long as `inputs`; `None` where there is no derivative.
- What it does not support it refuses with `NotImplementedError("why")`. Invalid input raises `ValueError`.
- Helper modules begin with `_` and are imported relatively: `from ._shapes import windows`.

`backend.toml` declares what bends a judgement (dtypes, flushed subnormals, how it accumulates); there is no
tolerance to set.
"""

FILES = {"backend.toml": BACKEND_TOML, "linear.py": LINEAR, "README.md": README}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The argument of `torchstone new-backend`."""
    parser.add_argument(
        "name", metavar="NAME", help="the folder to make; its last part is the backend's name"
    )


def run(args: argparse.Namespace) -> int:
    """Write the folder and say how to judge it."""
    folder = create(args.name)
    print(f"wrote {folder}: {', '.join(FILES)}")
    print(f"judge it: torchstone run {address_of(folder)}")
    return 0


def create(path: str) -> Path:
    """Write a backend's folder; raises UsageError for a bad name, one that exists, or no place to write."""
    folder = Path(path)
    if folder.exists():
        raise UsageError(f"{folder} exists already; nothing was written")
    check_name(folder.name)
    try:
        folder.mkdir()
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror or error}") from None
    for name, text in FILES.items():
        # Replaced, not formatted: the kernel has braces of its own.
        text = text.replace("{name}", folder.name).replace("{address}", address_of(folder))
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def check_name(name: str) -> None:
    """Raise UsageError for a name that no backend's folder should bear."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise UsageError(f"backend name {name!r}: expected letters, digits and underscores, a letter first")
    if name in bundled_names():
        raise UsageError(f"backend name {name!r}: a bundled backend has that name")
    if name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
        raise UsageError(
            f"backend name {name!r}: a Python module has that name, and what is started beside the folder would "
            f"import the folder instead; for example: {name}_backend"
        )


def address_of(folder: Path) -> str:
    """The folder as BACKEND on a command line: with a separator, so that it is always taken for a path."""
    return shlex.quote(str(folder) if len(folder.parts) > 1 else f"./{folder}")
