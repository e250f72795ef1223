"""The cases that are asked: Hypothesis's stream of an operation's cases, the same for every backend."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import hypothesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from .drawing import Draw
from .errors import JudgeError
from .law import Source
from .operation import Operation
from .oracle import Oracle


class _Independent(HypothesisProvider):
    """Draws every case afresh.

    Hypothesis's own engine repeats each case up to five times with parts of it copied over other parts: of 100
    cases of cross_entropy 37 had a config and shape of their own, and often weight and input the same contents.
    Engines that are plugged in are not treated so; shrinking stays Hypothesis's.
    """


AVAILABLE_PROVIDERS["torchstone"] = _Independent


def asked_cases(operation: Operation, dtype: str, source: Source = Source.DRAWN) -> st.SearchStrategy[Oracle]:
    """The strategy of an operation's cases: each with its reference result and a random cotangent."""

    @st.composite
    def oracles(draw: st.DrawFn) -> Oracle:
        drawing = Draw(draw, operation.name, dtype)
        case = (operation.special if source == Source.SPECIAL else operation.cases)(drawing)  # type: ignore[misc]
        oracle = Oracle(case)
        try:
            oracle.give_cotangent(drawing.cotangent(oracle.output))
        except (RuntimeError, ValueError, IndexError, TypeError, Warning) as error:
            raise JudgeError(
                f"the reference refuses a drawn case of {operation.name}: {error}; config {dict(case.config)}"
            ) from error
        return oracle

    return oracles()


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
) -> None:
    """Run `body` on drawn examples; raises what the body raises."""

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

    run()
