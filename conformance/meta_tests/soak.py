"""No correct kernel is accused, in at least 200,000 judged examples: `python -m conformance.meta_tests.soak`.

An example is one case put to one correct kernel, and judged by the laws that apply. Exit status 1 where one is
accused; the cases are saved, and `torchstone replay` takes them.
"""

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path

from conformance.backend import DTYPES
from conformance.case_file import save_case
from conformance.operations import OPERATIONS

from .alternates import ALTERNATES
from .alternates._court import Tally, judge_together

CONTENTS = 4
"""Contents drawn for each structure: the first is judged by every law, the others by those that ask for all. Few:
what is found depends on structures, large sizes above all."""

SAVED = 3
"""Cases saved for each operation and dtype."""


def soak(name: str, dtype: str, judged: int, seed: int) -> Tally:
    """Judge all alternates of an operation in one dtype by about `judged` examples."""
    (operation,) = (operation for operation in OPERATIONS if operation.name == name)
    alternates = [alternate for alternate in ALTERNATES if alternate.operation == name]
    examples = -(-judged // (len(alternates) * CONTENTS))
    return judge_together(operation, alternates, dtype, examples=examples, contents=CONTENTS, seed=seed)


def describe(name: str, tally: Tally) -> str:
    """A line about an operation."""
    regimes = ", ".join(f"{regime} {count}" for regime, count in sorted(tally.regimes.items()))
    return (
        f"{name:14} {tally.examples:8,} examples {tally.checks:9,} checks {tally.elements:12,} elements "
        f"{tally.ill_conditioned:5,} ill-conditioned  {len(tally.accusations)} accusations  "
        f"largest headroom {tally.headroom:.2f} ({tally.worst})\n{'':14} {regimes}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Judge, print what was judged, save what was accused."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--judged", type=int, default=200_000, help="judged examples in all")
    parser.add_argument("--operations", default=",".join(operation.name for operation in OPERATIONS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--save", type=Path, default=Path("report/soak"), help="where cases are saved")
    options = parser.parse_args(arguments)
    names = options.operations.split(",")
    share = -(-options.judged // (len(names) * len(DTYPES)))
    whole = Tally()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        asked: dict[Future[Tally], str] = {
            pool.submit(soak, name, dtype, share, options.seed): f"{name}-{dtype}"
            for name in names
            for dtype in DTYPES
        }
        for done in as_completed(asked):
            tally, what = done.result(), asked[done]
            whole.add(tally)
            print(describe(what, tally), flush=True)
            for number, accusation in enumerate(tally.accusations[:SAVED]):
                file = options.save / f"{what}-{accusation.law}-{number}.safetensors"
                save_case(file, accusation.case, accusation.law)
                print(f"  {accusation.alternate}, {accusation.law}: {accusation.message}\n  {file}")
    print(describe("all", whole))
    return 1 if whole.accusations else 0


if __name__ == "__main__":
    sys.exit(main())
