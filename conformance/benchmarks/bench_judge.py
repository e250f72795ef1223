"""The judge itself: examples per second, and what the time is spent on."""

import subprocess
import sys
from typing import Any

import hypothesis
import pytest

from conformance.asking import asked_cases, run_given
from conformance.backend import load
from conformance.engine import judge_kernel
from conformance.operations import OPERATIONS
from conformance.oracle import Oracle

NAMES = tuple(operation.name for operation in OPERATIONS)
EXAMPLES = 50


def drawn(name: str) -> list[Oracle]:
    """EXAMPLES cases of an operation, each with its expected output."""
    oracles: list[Oracle] = []
    operation = OPERATIONS[NAMES.index(name)]
    run_given(
        asked_cases(operation, "float64"),
        oracles.append,
        seed=0,
        examples=EXAMPLES,
        phases=(hypothesis.Phase.generate,),
    )
    return oracles


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("stage", ["draw", "reference cotangents", "spread", "judge, all laws"])
def test_stage(benchmark: Any, name: str, stage: str) -> None:
    """Seconds for EXAMPLES examples of one operation, one core, float64."""
    benchmark.group = f"judge {name}"
    benchmark.extra_info["stage"] = stage
    benchmark.extra_info["examples"] = EXAMPLES
    if stage == "draw":
        benchmark.pedantic(drawn, args=(name,), rounds=3)
    elif stage == "judge, all laws":
        backend = load("numpy_vectorized", NAMES, only=(name,))

        def judged() -> None:
            verdicts = judge_kernel(
                OPERATIONS[NAMES.index(name)],
                backend.kernels[name],
                backend.declaration,
                dtype="float64",
                examples=EXAMPLES,
            )
            assert all(verdict.status.conforms for verdict in verdicts)

        benchmark.pedantic(judged, rounds=3)
    else:
        part = "cotangents" if stage == "reference cotangents" else "spread"

        def fresh() -> tuple[tuple[list[Oracle]], dict[str, Any]]:
            return (drawn(name),), {}

        def evaluate(oracles: list[Oracle]) -> None:
            for oracle in oracles:
                getattr(oracle, part)

        benchmark.pedantic(evaluate, setup=fresh, rounds=3)


def test_start_up(benchmark: Any) -> None:
    """`torchstone --help`, in a process of its own."""
    benchmark.group = "start-up"

    def start() -> None:
        subprocess.run([sys.executable, "-m", "conformance", "--help"], check=True, capture_output=True)

    benchmark.pedantic(start, rounds=5, warmup_rounds=1)
