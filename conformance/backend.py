"""A backend: a folder (or package) of kernels with a backend.toml, loaded by name or path."""

import difflib
import importlib
import importlib.util
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import UsageError
from .kernel import Kernel

DTYPES = ("float32", "float64")
BUNDLED = Path(__file__).resolve().parent.parent / "implementations"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What backend.toml says: everything that bends a judgement, declared once and printed in every report.

    name, description           free text; the name is the row in every report
    dtypes                      the floating dtypes it computes in
    accumulates_in              "native", or the dtype of its intermediate results; a narrower one than the case's
                                moves the allowances, a wider one does not
    flushes_subnormals          results below the smallest normal number may be zero
    bitwise_deterministic       false: two equal calls may differ within the allowance
    kinks                       other conventions at a kink: {"relu.negative_zero": "positive_zero"}
    """

    name: str
    description: str = ""
    dtypes: tuple[str, ...] = DTYPES
    accumulates_in: str = "native"
    flushes_subnormals: bool = False
    bitwise_deterministic: bool = True
    kinks: Mapping[str, str] = field(default_factory=dict)


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "accumulates_in": ("native", "float32", "float64"),
}


@dataclass(frozen=True)
class Failure:
    """A kernel that could not be imported: `errored` for its operation alone."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A loaded backend. `address` is what the user wrote and what a worker or a replay command loads again."""

    declaration: Declaration
    address: str
    kernels: Mapping[str, Kernel | Failure]

    @property
    def name(self) -> str:
        """The row in every report."""
        return self.declaration.name


def bundled_names() -> tuple[str, ...]:
    """The backends that come with torchstone: the folders of `implementations`."""
    return tuple(
        sorted(p.name for p in BUNDLED.iterdir() if p.is_dir() and not p.name.startswith(("_", ".")))
    )


def find_folder(address: str) -> Path:
    """The folder that BACKEND names: a path, else a bundled backend, else a dotted package."""
    path = Path(address)
    if "/" in address or "\\" in address or path.is_dir():
        if not path.is_dir():
            raise UsageError(f"backend {address!r}: no such folder")
        return path.resolve()
    if address in bundled_names():
        return BUNDLED / address
    try:
        spec = importlib.util.find_spec(address) if address else None
    except (ImportError, ValueError, AttributeError):
        spec = None
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    near = difflib.get_close_matches(address, bundled_names(), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"unknown backend {address!r}{hint} (bundled: {', '.join(bundled_names())}; or the path of a folder, "
        "or an importable package)"
    )


def read_declaration(folder: Path) -> Declaration:
    """What backend.toml says; without the file the folder's name and both dtypes."""
    file = folder / "backend.toml"
    if not file.exists():
        return Declaration(name=folder.name)

    def complain(problem: str) -> UsageError:
        return UsageError(f"{file}: {problem}")

    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise complain(f"not readable as TOML: {error}") from None
    unknown = sorted(set(document) - {"backend"})
    if unknown or not isinstance(document.get("backend"), dict):
        raise complain(f"expected one table [backend], found {unknown or sorted(document) or 'nothing'}")
    table: dict[str, Any] = document["backend"]
    fields = Declaration.__dataclass_fields__
    for key, value in table.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1)
            raise complain(
                f"unknown key {key!r}{f'; did you mean {near[0]!r}?' if near else ''} "
                f"(known: {', '.join(fields)})"
            )
        if key == "dtypes":
            if not isinstance(value, list) or not value or any(dtype not in DTYPES for dtype in value):
                raise complain(f"dtypes = {value!r}: expected a list of {', '.join(DTYPES)}")
            if len(set(value)) < len(value):
                raise complain(f"dtypes = {value!r}: expected each dtype once")
            table[key] = tuple(value)
        elif key == "kinks":
            if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
                raise complain('kinks: expected a table such as {"relu.negative_zero" = "positive_zero"}')
        elif key in _CHOICES:
            if value not in _CHOICES[key]:
                raise complain(f"{key} = {value!r}: expected one of {', '.join(_CHOICES[key])}")
        elif type(value) is not type(fields[key].default) and key != "name":
            raise complain(f"{key} = {value!r}: expected {type(fields[key].default).__name__}")
    name = table.get("name", folder.name)
    if not isinstance(name, str) or not name or any(c in name for c in "/ \t\n"):
        raise complain(f"name = {name!r}: expected a word without spaces or slashes")
    return Declaration(**{**table, "name": name})


def load(address: str, operations: tuple[str, ...], only: tuple[str, ...] | None = None) -> Backend:
    """Load a backend's declaration and its kernels (`only` some of them).

    `operations` are the names that a module may have; any other name is a UsageError with the nearest one. The
    folder becomes a package under a private name: it needs no __init__.py and never goes on sys.path.
    """
    folder = find_folder(address)
    declaration = read_declaration(folder)
    kernels: dict[str, Kernel | Failure] = {}
    stems = sorted(
        {p.stem for p in folder.glob("*.py") if not p.name.startswith("_")}
        | {p.parent.name for p in folder.glob("[!_.]*/__init__.py")}
    )
    for stem in stems:
        if stem not in operations:
            near = difflib.get_close_matches(stem, operations, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(
                f"{folder / stem}.py: {stem!r} is no operation; {hint}"
                "(helper modules start with '_'; see: torchstone list operations)"
            )
    wanted = [name for name in operations if name in stems and (only is None or name in only)]
    if not wanted:  # nothing of the backend's is executed where only its declaration is asked for
        return Backend(declaration=declaration, address=address, kernels={})
    try:
        package = _package(folder)
    except (Exception, SystemExit) as error:
        failure = Failure(f"{folder.name}/__init__.py does not import: {type(error).__name__}: {error}")
        return Backend(declaration=declaration, address=address, kernels=dict.fromkeys(wanted, failure))
    for name in wanted:
        kernels[name] = _load_kernel(package, folder, name)
    return Backend(declaration=declaration, address=address, kernels=kernels)


def _package(folder: Path) -> str:
    """Make `folder` importable under a private name and return that name."""
    name = f"_torchstone_backend_{folder.name.replace('-', '_').replace('.', '_')}_{abs(hash(str(folder))):x}"
    if name not in sys.modules:
        init = folder / "__init__.py"
        if init.exists():
            spec = importlib.util.spec_from_file_location(
                name, init, submodule_search_locations=[str(folder)]
            )
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except BaseException:
                del sys.modules[name]
                raise
        else:
            module = ModuleType(name)
            module.__path__ = [str(folder)]
            sys.modules[name] = module
    return name


def _load_kernel(package: str, folder: Path, operation: str) -> Kernel | Failure:
    try:
        module = importlib.import_module(f"{package}.{operation}")
    except (Exception, SystemExit) as error:
        return Failure(f"{folder.name}/{operation}.py does not import: {type(error).__name__}: {error}")
    forward, vjp = getattr(module, "forward", None), getattr(module, "vjp", None)
    if not callable(forward) and not callable(vjp):
        return Failure(f"{folder.name}/{operation}.py defines neither forward() nor vjp()")
    return Kernel(operation, forward if callable(forward) else None, vjp if callable(vjp) else None)
