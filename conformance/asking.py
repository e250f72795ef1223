"""The cases that are asked: Hypothesis's stream of an operation's cases, the same for every backend.

Everything that is not public in Hypothesis, and that the judge needs, is in this file.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, ClassVar

import hypothesis
import numpy as np
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from .drawing import LENGTH, Choice, Draw, Recorded
from .errors import JudgeError
from .law import Source
from .operation import Operation
from .oracle import Oracle, together
from .tree import Tree, map_leaves


class _Independent(HypothesisProvider):
    """Draws every case afresh, from nothing but the seed.

    Hypothesis's own engine repeats each case up to five times with parts of it copied over other parts: of 100
    cases of cross_entropy 37 had a config and shape of their own, and often weight and input the same contents.
    It also mixes constants into draws that it harvests from imported source code, so that a backend under test
    would change its own cases. Engines that are plugged in are not treated so; shrinking stays Hypothesis's.
    """

    start: ClassVar[Sequence[Choice]] = ()
    """Choices that the next run begins with, instead of random ones."""

    def __init__(self, data: ConjectureData | None, /) -> None:
        super().__init__(data)
        self._begun = iter(self.start)

    def draw_integer(
        self, min_value: int | None = None, max_value: int | None = None, **constraints: Any
    ) -> int:
        assert min_value is not None and max_value is not None and self._random is not None
        begun = next(self._begun, None)
        return begun if isinstance(begun, int) else self._random.randint(min_value, max_value)

    def draw_bytes(self, min_size: int = 0, max_size: int = 0) -> bytes:
        assert min_size == max_size and self._random is not None
        begun = next(self._begun, None)
        return begun if isinstance(begun, bytes) else self._random.randbytes(min_size)


AVAILABLE_PROVIDERS["torchstone"] = _Independent


class _Conjecture:
    """Choices made by Hypothesis, without the strategies that would be built and unwrapped for each of them."""

    def __init__(self, data: ConjectureData) -> None:
        self._data = data

    def integer(self, high: int) -> int:
        return self._data.draw_integer(0, high)

    def content(self) -> bytes:
        return self._data.draw_bytes(LENGTH, LENGTH)


class _Memory:
    """The oracles of the latest `size` cases: none, unless somebody asks many kernels the same ones."""

    def __init__(self) -> None:
        self.size = 0
        self._oracles: OrderedDict[Hashable, Oracle] = OrderedDict()

    def recall(self, asked: Hashable, answered: Callable[[], Oracle]) -> Oracle:
        """The oracle of a case that is known by its choices."""
        if not self.size:
            return answered()
        oracle = self._oracles.pop(asked, None) or answered()
        self._oracles[asked] = oracle
        if len(self._oracles) > self.size:
            self._oracles.popitem(last=False)
        return oracle


MEMORY = _Memory()


def asked_cases(operation: Operation, dtype: str, source: Source = Source.DRAWN) -> st.SearchStrategy[Oracle]:
    """The strategy of an operation's cases: each with its reference result and a random cotangent."""

    @st.composite
    def oracles(draw: st.DrawFn) -> Oracle:
        data = draw.__self__  # type: ignore[attr-defined]
        assert isinstance(data, ConjectureData)
        drawing = Draw(_Conjecture(data), operation.name, dtype)
        case = _drawn(operation, drawing, source)
        asked = operation.name, dtype, source
        plain = MEMORY.recall((*asked, *drawing.made), lambda: Oracle(case))
        try:
            cotangent = _cotangent(operation, drawing, plain, source)
        except (RuntimeError, ValueError, IndexError, TypeError, Warning) as error:
            raise JudgeError(
                f"the reference refuses a drawn case of {operation.name}: {error}; config {dict(case.config)}"
            ) from error
        choices = tuple(drawing.made)
        return MEMORY.recall(("pulled back", *asked, *choices), lambda: plain.pulled_back(cotangent, choices))

    return oracles()


def companions(operation: Operation, oracle: Oracle, source: Source, count: int) -> list[Oracle]:
    """The structure of a drawn case with `count` other contents, which the reference answers all at once."""
    found = []
    for content in range(1, count + 1):
        drawing = Draw(Recorded(oracle.choices, content), operation.name, oracle.case.dtype)
        other = Oracle(_drawn(operation, drawing, source))
        cotangent = _cotangent(operation, drawing, oracle, source)
        found.append(other.pulled_back(cotangent, tuple(drawing.made)))
    together(found)
    return found


def _drawn(operation: Operation, drawing: Draw, source: Source) -> Any:
    draw = operation.special if source == Source.SPECIAL else operation.cases
    assert draw is not None
    return draw(drawing)


def _cotangent(operation: Operation, drawing: Draw, oracle: Oracle, source: Source) -> Tree:
    if not operation.differentiable:
        return None
    cotangent = oracle.heard(drawing.cotangent(oracle.output))
    if source != Source.SPECIAL:
        return cotangent
    # A product with zero may be left out, so that 0 * NaN is nobody's fault.
    return map_leaves(lambda leaf: np.where(leaf == 0, leaf.dtype.type(1), leaf), cotangent)


def stream_seed(seed: int, *names: str) -> int:
    """The seed of a stream of cases: never of the backend, so that all are asked the same questions."""
    return int.from_bytes(hashlib.sha256("/".join((str(seed), *names)).encode()).digest()[:8], "big")


def run_given(
    strategy: st.SearchStrategy[Any],
    body: Callable[[Any], None],
    *,
    seed: int,
    examples: int,
    phases: Iterable[hypothesis.Phase],
    start: Sequence[Choice] = (),
) -> None:
    """Run `body` on drawn examples, with `start` the choices of the first; raises what the body raises."""

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        backend="torchstone",
        phases=tuple(phases),
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
    )
    @hypothesis.given(strategy)
    def run(example: Any) -> None:
        body(example)

    _Independent.start = start
    try:
        run()
    finally:
        _Independent.start = ()
