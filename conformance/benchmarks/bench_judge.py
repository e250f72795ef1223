"""The judge itself: examples per second, and what the time is spent on."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from conformance import kernel, oracle, trial
from conformance.backend import load
from conformance.engine import judge_kernel
from conformance.operations import OPERATIONS
from conformance.selection import choose_laws

NAMES = tuple(operation.name for operation in OPERATIONS)
EXAMPLES = 100

STAGES = ("reference", "allowance", "backend", "comparison")
"""What is measured; the rest is drawing, and asking the laws."""


class Stopwatch:
    """The CPU time of each stage; a stage within a stage counts for itself alone."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._stack: list[str] = []
        self._since = time.process_time()

    def _turn(self) -> None:
        now = time.process_time()
        if self._stack:
            self.seconds[self._stack[-1]] += now - self._since  # type: ignore[assignment]
        self._since = now

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, its time counted for `stage`."""

        def run(*args: Any, **kwargs: Any) -> Any:
            self._turn()
            # The noisy runs of the reference are what an allowance costs.
            self._stack.append("allowance" if "allowance" in self._stack else stage)
            try:
                return function(*args, **kwargs)
            finally:
                self._turn()
                self._stack.pop()

        return run

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Time the places where the judge spends its time."""
        with ExitStack() as stack:
            for owner, name, stage in (
                (oracle, "_Evaluation", "reference"),
                (oracle._Evaluation, "pull_back", "reference"),
                (oracle, "_spreads", "allowance"),
                (kernel, "guarded", "backend"),
                (trial, "compare_together", "comparison"),
                (trial, "compare_within", "comparison"),
            ):
                timed = self.timed(stage, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, timed))
            yield


@pytest.mark.parametrize("contents", [1, 16])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("laws", ["agreement,vjp", None], ids=["forward and vjp", "all laws"])
def test_judging(benchmark: Any, name: str, laws: str | None, contents: int) -> None:
    """EXAMPLES examples of one operation, numpy_vectorized, one core, float64."""
    if laws is None and contents > 1:
        pytest.skip("the other laws judge the first contents only")
    backend = load("numpy_vectorized", NAMES, only=(name,))
    chosen = None if laws is None else choose_laws(laws.split(","))

    def judged() -> None:
        verdicts = judge_kernel(
            OPERATIONS[NAMES.index(name)],
            backend.kernels[name],
            backend.declaration,
            dtype="float64",
            laws=chosen,
            examples=EXAMPLES,
            contents=contents,
        )
        assert all(verdict.status.conforms for verdict in verdicts)

    benchmark.group = f"judge {name}"
    benchmark.pedantic(judged, rounds=2)
    watch = Stopwatch()
    with watch.watching():
        before = time.process_time()
        judged()
        total = time.process_time() - before
    benchmark.extra_info["judging"] = "all laws" if laws is None else f"{contents} contents"
    benchmark.extra_info["cases"] = EXAMPLES * contents
    benchmark.extra_info["shares"] = {stage: watch.seconds[stage] / total for stage in STAGES}


def test_start_up(benchmark: Any) -> None:
    """`torchstone --help`, in a process of its own."""
    benchmark.group = "start-up"

    def start() -> None:
        subprocess.run([sys.executable, "-m", "conformance", "--help"], check=True, capture_output=True)

    benchmark.pedantic(start, rounds=5, warmup_rounds=1)
