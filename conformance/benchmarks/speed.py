"""`python -m conformance.benchmarks.speed [WORD...]`: numpy_vectorized against torch eager, as a Markdown table.

float32, one thread each, the calling thread's CPU time, so that a busy neighbour cannot slow one side alone. All
sides take turns in every round, in another order each; a ratio is the median of the rounds' ratios, in brackets
its quartiles. WORDs choose the contests whose names contain one of them.
"""

import os
import sys
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from math import exp, log
from statistics import fmean, median, quantiles
from typing import Any, TypeVar

from .contests import CONTESTS, Contest
from .training_step import steps

Who = TypeVar("Who", bound=Hashable)

ROUNDS = 25
TURN = 4e-3
"""Seconds of a turn, at least: a call that is shorter is repeated."""


def interleaved(calls: Mapping[Who, Callable[[], Any]]) -> dict[Who, list[float]]:
    """The seconds of a call, in each round."""
    repeats = {who: _repeats(call) for who, call in calls.items()}
    seconds: dict[Who, list[float]] = {who: [] for who in calls}
    order = list(calls)
    for _ in range(ROUNDS):
        order.append(order.pop(0))
        for who in order:
            call, times = calls[who], repeats[who]
            started = time.thread_time()
            for _ in range(times):
                call()
            seconds[who].append((time.thread_time() - started) / times)
    return seconds


def _repeats(call: Callable[[], Any]) -> int:
    call()
    started = time.thread_time()
    call()
    return max(1, round(TURN / max(time.thread_time() - started, 1e-6)))


def ratios(seconds: Sequence[float], base: Sequence[float]) -> list[float]:
    """Round by round, over the base's."""
    return [one / other for one, other in zip(seconds, base, strict=True)]


def row(contest: Contest) -> tuple[str, float, float]:
    """A line of the table, and its two ratios."""
    seconds = interleaved(contest.rivals())
    cells, found = [], []
    for what, most in (("both", contest.most_both), ("forward", contest.most_forward)):
        base = seconds["torch", what]
        each = ratios(seconds["kernels", what], base)
        low, middle, high = quantiles(each, n=4)
        missed = " **missed**" if middle > most else ""
        cells.append(f"{1e3 * median(base):.3g} | {middle:.2f} [{low:.2f}-{high:.2f}]{missed} | {most:g}")
        found.append(middle)
    return f"| {contest.name} | {' | '.join(cells)} |", found[0], found[1]


def main(words: Sequence[str]) -> None:
    """Print the table, and what the recorder adds to a training step."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # Idle threads of NumPy's BLAS and of torch spin against each other: ratios of 9 instead of 0.6.
        sys.exit(
            "NumPy has several threads, expected one: set OPENBLAS_NUM_THREADS=1 (tox run -e bench does)"
        )
    chosen = [contest for contest in CONTESTS if not words or any(word in contest.name for word in words)]
    if chosen:
        print(
            "| case | torch ms, f+b | f+b / torch | target | torch ms, forward | forward / torch | target |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- |")
    found = []
    for contest in chosen:
        line, *ratio = row(contest)
        found.append(ratio)
        print(line, flush=True)
    if len(chosen) == len(CONTESTS):
        both, forward = (exp(fmean(map(log, column))) for column in zip(*found, strict=True))
        print(f"| geometric mean | | {both:.2f} | 0.95 | | {forward:.2f} | 1 |")
    if not words or "recorder" in words:
        seconds = interleaved(steps())
        low, middle, high = quantiles(ratios(seconds["recorded"], seconds["by hand"]), n=4)
        print(
            f"\nA training step of simple_conv_net, batch 100, recorded / kernels called by hand: "
            f"{middle:.3f} [{low:.3f}-{high:.3f}], target 1.05; by hand {1e3 * median(seconds['by hand']):.3g} ms"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
