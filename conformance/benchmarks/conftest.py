"""Prints the ratios as the Markdown table that the README quotes."""

from statistics import median
from typing import Any

JUDGING = ("1 contents", "16 contents", "all laws")
ORDER = ("forward", "forward+pullback")


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """One row an operation: CPU time over torch's, medians of one run; then the judge's cases a second."""
    session = getattr(config, "_benchmarksession", None)
    medians: dict[tuple[str, str], float] = {}
    judge: dict[str, dict[str, tuple[float, dict[str, float]]]] = {}
    for bench in getattr(session, "benchmarks", ()):
        if not bench:
            continue
        info = bench.extra_info
        if "who" in info:
            medians[bench.group, info["who"]] = bench.stats.median
        elif "judging" in info:
            name = bench.group.removeprefix("judge ")
            judge.setdefault(name, {})[info["judging"]] = (info["cases"] / bench.stats.min, info["shares"])
    write = terminalreporter.write_line
    if medians:
        names = list(dict.fromkeys(group.split()[0] for group, _ in medians))
        write("")
        write(
            "| operation | torch ms | numpy / torch | | torch ms, small | numpy / torch | | loops / torch | |"
        )
        write("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for name in names:
            cells = []
            for size, rivals in (
                ("ordinary", ("numpy_vectorized",)),
                ("small", ("numpy_vectorized", "manual_loops")),
            ):
                base = [medians.get((f"{name} {size} {what}", "torch")) for what in ORDER]
                cells.append(" / ".join("-" if b is None else f"{1e3 * b:.3g}" for b in base))
                for who in rivals:
                    for what, b in zip(ORDER, base, strict=True):
                        rival = medians.get((f"{name} {size} {what}", who))
                        cells.append("-" if b is None or rival is None else f"{rival / b:.2f}")
            write(f"| {name} | " + " | ".join(cells) + " |")
    if judge:
        write("")
        write(
            "| operation | forward + vjp | reference / allowance / backend / comparison / rest |"
            " 16 contents a structure | all laws |"
        )
        write("| --- | --- | --- | --- | --- |")
        rows = []
        for name, found in judge.items():
            rates = [found[how][0] if how in found else None for how in JUDGING]
            rows.append(rates)
            shares = found[JUDGING[0]][1] if JUDGING[0] in found else {}
            parts = [*shares.values(), 1 - sum(shares.values())]
            told = " / ".join(f"{100 * part:.0f} %" for part in parts)
            first, *others = ("-" if rate is None else f"{rate:.0f}" for rate in rates)
            write(f"| {name} | {first} | {told} | {' | '.join(others)} |")
        medians_of = [
            median([rate for rate in column if rate]) for column in zip(*rows, strict=True) if any(column)
        ]
        write("median, cases a second: " + ", ".join(f"{rate:.0f}" for rate in medians_of))
