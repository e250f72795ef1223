"""Prints the ratios as the Markdown table that the README quotes."""

from typing import Any

ORDER = ("forward", "forward+pullback")


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """One row an operation: CPU time over torch's, medians of one run; then the judge's examples a second."""
    session = getattr(config, "_benchmarksession", None)
    medians: dict[tuple[str, str], float] = {}
    judge: dict[str, dict[str, float]] = {}
    for bench in getattr(session, "benchmarks", ()):
        if not bench:
            continue
        info = bench.extra_info
        if "who" in info:
            medians[bench.group, info["who"]] = bench.stats.median
        elif "stage" in info:
            name = bench.group.removeprefix("judge ")
            judge.setdefault(name, {})[info["stage"]] = bench.stats.median / info["examples"]
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
        stages = ("draw", "reference cotangents", "spread", "judge, all laws")
        write("")
        write("| operation | " + " | ".join(f"{stage} ms" for stage in stages) + " | examples/s |")
        write("| --- |" + " --- |" * (len(stages) + 1))
        for name, found in judge.items():
            times = [found.get(stage) for stage in stages]
            total = times[-1]
            row = " | ".join("-" if t is None else f"{1e3 * t:.2f}" for t in times)
            write(f"| {name} | {row} | {'-' if not total else f'{1 / total:.0f}'} |")
