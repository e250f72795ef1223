"""A user's own module, from a file that the user names: built, and given inputs to run on."""

import ast
import difflib
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from .errors import UsageError


def parsed_shape(text: str) -> tuple[tuple[int, ...], int | None]:
    """`2,3,32,32` as (shape, None), `2,7:100` as (shape, 100): integers below 100."""
    sizes, colon, below = text.partition(":")
    try:
        shape = tuple(int(size) for size in sizes.split(",") if size.strip())
        limit = int(below) if colon else None
    except ValueError:
        shape, limit = (-1,), None
    if any(size < 0 for size in shape) or (limit is not None and limit < 1):
        raise UsageError(
            f"--input-shape {text}: expected sizes such as 2,3,32,32, or 2,7:100 for numbers below 100"
        )
    return shape, limit


def parsed_setting(text: str) -> tuple[str, Any]:
    """`key=value` with the value as Python writes it; what is no literal is text."""
    key, sign, value = text.partition("=")
    if not sign or not key.isidentifier():
        raise UsageError(f"--set {text}: expected KEY=VALUE")
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return key, value


def built(address: str, settings: dict[str, Any], seed: int, *, evaluation: bool) -> nn.Module:
    """The module that FILE.py:NAME stands for, its initial weights drawn with `seed`."""
    path, _, name = address.rpartition(":")
    if not path or not name:
        raise UsageError(f"{address}: expected FILE.py:NAME")
    found = _named(Path(path), name)
    if isinstance(found, nn.Module):
        if settings:
            raise UsageError(f"{address} is a module already: --set has nothing to set")
        module: Any = found
    elif not callable(found):
        raise UsageError(
            f"{address} is a {type(found).__name__}, expected an nn.Module, its class or a function"
        )
    else:
        try:
            inspect.signature(found).bind(**settings)
        except TypeError as error:
            raise UsageError(f"{address}{inspect.signature(found)}: {error} (see --set)") from None
        except ValueError:
            pass  # a builtin without a signature
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            try:
                module = found(**settings)
            except Exception as error:
                raise UsageError(f"{address} raised {type(error).__name__}: {error}") from None
    if not isinstance(module, nn.Module):
        raise UsageError(f"{address} returned a {type(module).__name__}, expected an nn.Module")
    _require_plain(address, module)
    return module.eval() if evaluation else module


def drawn_inputs(
    module: nn.Module, shapes: Sequence[tuple[tuple[int, ...], int | None]], seed: int
) -> list[Tensor]:
    """Standard normal numbers in the dtype of the parameters, or integers."""
    if not shapes:
        hint = _first_layer(module)
        raise UsageError(f"--input-shape is needed, once for each input{hint}")
    generator = torch.Generator().manual_seed(seed)
    dtype = next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.get_default_dtype())

    def drawn(shape: tuple[int, ...], limit: int | None) -> Tensor:
        try:
            if limit is not None:
                return torch.randint(limit, shape, generator=generator)
            return torch.randn(shape, generator=generator, dtype=dtype)
        except (RuntimeError, TypeError, ValueError):
            # What torch says of it is a page of its own stack.
            raise UsageError(
                f"--input-shape {','.join(map(str, shape))}: an array of this size does not fit into memory"
            ) from None

    return [drawn(shape, limit) for shape, limit in shapes]


def _require_plain(address: str, module: nn.Module) -> None:
    """Raise UsageError where a parameter or a buffer is nothing that a backend could be given."""
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if isinstance(tensor, (UninitializedParameter, UninitializedBuffer)):
            reason = "is not initialised yet; run the module once before, or give the sizes"
        elif tensor.is_floating_point() and tensor.dtype not in (torch.float32, torch.float64):
            reason = f"is {tensor.dtype}, expected float32 or float64 (see Module.float)"
        elif tensor.is_complex() or tensor.is_quantized:
            reason = f"is {tensor.dtype}, expected real numbers"
        elif tensor.layout != torch.strided:
            reason = f"is {tensor.layout}, expected a dense tensor (see Tensor.to_dense)"
        elif tensor.device.type != "cpu":
            reason = f"is on {tensor.device}, expected cpu (see Module.to)"
        else:
            continue
        raise UsageError(f"{address}: {name} {reason}")


def _first_layer(module: nn.Module) -> str:
    for name, layer in module.named_modules():
        for option, example in (
            ("in_channels", "2,{},32,32"),
            ("in_features", "2,{}"),
            ("num_embeddings", "2,7:{}"),
            ("input_size", "5,2,{}"),
        ):
            size = getattr(layer, option, None)
            if isinstance(size, int):
                place = f"{type(layer).__name__}{f' {name!r}' if name else ''}"
                return f" (for {place} perhaps {example.format(size)})"
    return ""


def _named(file: Path, name: str) -> Any:
    if not file.is_file():
        raise UsageError(f"no such file: {file}")
    spec = importlib.util.spec_from_file_location("_torchstone_model", file)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file} is no Python file")
    code = importlib.util.module_from_spec(spec)
    # As for a script: the file's own folder is where its imports are looked for.
    folder = str(file.resolve().parent)
    sys.path.insert(0, folder)
    sys.modules[spec.name] = code
    try:
        spec.loader.exec_module(code)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{file} raised {type(error).__name__}: {error}") from None
    finally:
        sys.path.remove(folder)
    if not hasattr(code, name):
        known = [key for key in vars(code) if not key.startswith("_")]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"{file} has no {name!r}{hint}")
    return getattr(code, name)
