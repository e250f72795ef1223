"""Every backend is asked the same questions: nothing in its source changes the cases drawn."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase
from hypothesis import strategies as st

from conformance.asking import run_given
from conformance.backend import Declaration, load
from conformance.engine import judge_kernel
from conformance.kernel import Kernel
from conformance.operation import Operation
from conformance.operations import OPERATIONS
from conformance.selection import choose_laws

NAMES = tuple(operation.name for operation in OPERATIONS)

# Hypothesis reads the source of modules outside site-packages and mixes their constants into what it draws.
LISTENER = """
NUMBERS = {numbers}
WORD, BYTES = {word!r}, {bytes!r}
heard = []


def forward(params, *inputs, **config):
    given = [each for x in inputs for each in (x.values() if hasattr(x, "values") else (x,))]
    arrays = [*params.values(), *(x for x in given if x is not None)]
    heard.append((config, [(x.dtype.name, x.shape, x.tobytes()) for x in arrays]))
    raise NotImplementedError("only listens")
"""


def listeners(folder: Path, *, start: float) -> dict[str, Any]:
    """A backend that only listens, its modules full of odd constants that no other module holds."""
    folder.mkdir()
    numbers = tuple(start + 1.375 * i for i in range(150)) + tuple(int(start) * 3 + 7 * i for i in range(150))
    text = LISTENER.format(numbers=numbers, word=f"word {start}", bytes=f"bytes {start}".encode() * 6)
    for name in NAMES:
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return dict(load(str(folder), NAMES).kernels)


def heard_by(kernel: Any, operation: Operation, dtype: str) -> list[Any]:
    """What a run of 24 examples, drawn and special, asks of a listener."""
    assert isinstance(kernel, Kernel)
    assert kernel.forward is not None
    laws = choose_laws(("agreement", "special_values"))
    judge_kernel(operation, kernel, Declaration(name="listener"), dtype=dtype, laws=laws, examples=24)
    heard: list[Any] = kernel.forward.__globals__["heard"]
    return heard


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cases_do_not_depend_on_the_backend(tmp_path: Path, dtype: str) -> None:
    """Two backends with different odd constants in their source hear the same cases in the same order."""
    first = listeners(tmp_path / "first", start=12345.678)
    heard = {op.name: heard_by(first[op.name], op, dtype) for op in OPERATIONS}
    # Only now is the second one imported, and its constants join the first one's.
    second = listeners(tmp_path / "second", start=-98765.4321)
    for operation in OPERATIONS:
        assert len(heard[operation.name]) >= 24
        assert heard_by(second[operation.name], operation, dtype) == heard[operation.name]


def test_constants_do_change_what_floats_draws(tmp_path: Path) -> None:
    """The test above can fail: a draw that is not immune changes as soon as the second backend is imported."""

    def draws() -> list[Any]:
        found: list[Any] = []
        strategy = st.lists(st.floats(allow_nan=False), min_size=20, max_size=20)
        run_given(strategy, found.append, seed=0, examples=200, phases=(Phase.generate,))
        return found

    listeners(tmp_path / "first", start=23456.789)
    before = draws()
    assert draws() == before
    listeners(tmp_path / "second", start=-87654.321)
    assert draws() != before
