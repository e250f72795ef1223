"""One test for each backend, operation and law; all dtypes are judged in it."""

import io
from collections.abc import Callable, Iterator

import pytest

from conformance.pytest_plugin import plan_of
from conformance.run import time_limit
from conformance.verdict import Status, Verdict
from conformance.worker import Task
from conformance.workers import Pool

Court = Callable[[Task], tuple[Verdict, ...]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The same tests in the same order in every process."""
    plan = plan_of(metafunc.config)
    laws = {operation.name: plan.laws_of(operation) for operation in plan.operations}
    grouped = metafunc.config.pluginmanager.has_plugin("xdist")
    metafunc.parametrize(
        ("task", "law"),
        [
            pytest.param(
                task,
                law.name,
                id=f"{task.backend}-{task.operation}-{law.name}",
                # Under `--dist loadgroup` a task is judged in one process only.
                marks=[pytest.mark.xdist_group(f"{task.backend}-{task.operation}")] if grouped else [],
            )
            for task in plan.tasks()
            for law in laws[task.operation]
        ],
    )


@pytest.fixture(scope="module")
def court() -> Iterator[Court]:
    """Judges a task in a worker process, once, and remembers its verdicts."""
    known: dict[Task, tuple[Verdict, ...]] = {}
    pools: list[Pool] = []

    def judge(task: Task) -> tuple[Verdict, ...]:
        if task not in known:
            if not pools:
                pools.append(Pool(1, time_limit(task.examples)))
            known.update(pools[0].judge([task]))
        return known[task]

    try:
        yield judge
    finally:
        for pool in pools:
            pool.close()


@pytest.fixture
def verdicts(court: Court, task: Task) -> tuple[Verdict, ...]:
    """The verdicts of all laws on the task: an error here is the judge's, not the backend's."""
    return court(task)


def test_conformance(verdicts: tuple[Verdict, ...], task: Task, law: str) -> None:
    """The backend's kernel keeps the law."""
    mine = [verdict for verdict in verdicts if verdict.law == law]
    bad = [verdict for verdict in mine if not verdict.status.conforms]
    if bad:
        pytest.fail(remark(bad, task), pytrace=False)
    if not mine:  # the kernel's process died before
        (last,) = (verdict for verdict in verdicts if verdict.status in (Status.CRASHED, Status.TIMED_OUT))
        pytest.fail(f"not judged: {last.id} {last.status.replace('_', ' ')}, {last.message}", pytrace=False)
    if any(verdict.status == Status.EXPECTED_FAILURE for verdict in mine):
        pytest.xfail("; ".join(verdict.message or "" for verdict in mine))
    if all(verdict.status == Status.UNSUPPORTED for verdict in mine):
        pytest.skip("; ".join(dict.fromkeys(verdict.message or "" for verdict in mine)))


def remark(bad: list[Verdict], task: Task) -> str:
    """What `torchstone run` prints about verdicts."""
    from rich.console import Console

    from conformance.remarks import failures
    from conformance.report import replay_command

    text = io.StringIO()
    failures(
        bad,
        Console(file=text, width=100, highlight=False, markup=False, emoji=False),
        lambda verdict: replay_command(
            verdict, None, task.seed, task.examples, task.address, contents=task.contents
        ),
    )
    return text.getvalue().strip()
