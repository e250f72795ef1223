"""The nodes of a recorded model, put to a backend whose kernels run in a worker process.

A kernel that hangs or dies there costs the verdict on one node.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .backend import Backend
from .conventions import met
from .errors import UsageError
from .graph import Call, Graph
from .node_by_node import Step, asked
from .operation import Operation
from .selection import choose_operations
from .verdict import Counterexample, Status, Verdict
from .worker import Task
from .workers import Pool

BROKEN = (Status.CRASHED, Status.TIMED_OUT)
"""How a kernel ends that gives no answer."""


@dataclass(frozen=True)
class NodePool:
    """What is asked of a backend; usual cases are drawn with `seed`."""

    backend: Backend
    pool: Pool
    seed: int
    _unloadable: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)

    def require_kernels(self, graph: Graph) -> None:
        """Raise UsageError where the backend lacks an operation, with every line that needs it.

        A kernel that dies while it is loaded is no lack: it is the verdict on each of its nodes.
        """
        calls = [node for node in graph.nodes if isinstance(node, Call)]
        lacking: dict[str, str] = {}
        tasks = [self._task(name) for name in dict.fromkeys(node.operation for node in calls)]
        for task, verdicts in self.pool.judge(tasks):
            for verdict in verdicts:
                if verdict.status in BROKEN:
                    self._unloadable[task.operation] = verdicts
                else:
                    lacking[task.operation] = f" ({verdict.message})" if verdict.message else ""
        if lacking:
            lines = (
                f"{c.operation}{lacking[c.operation]}, {c.where}" for c in calls if c.operation in lacking
            )
            raise UsageError(f"{self.backend.name} has no kernel for: {'; '.join(lines)}")

    def verdicts(self, taken: Sequence[Step]) -> Iterator[tuple[Step, tuple[Verdict, ...]]]:
        """The verdicts on every node, in order."""
        judged = self.pool.judge(
            [
                self._on_case(step, asked(step, operation_of(step)))
                for step in taken
                if step.case.operation not in self._unloadable
            ]
        )
        for step in taken:
            unloadable = self._unloadable.get(step.case.operation)
            yield step, next(judged)[1] if unloadable is None else unloadable

    def conventions(self, step: Step) -> dict[str, int]:
        """How many elements of a node the backend's own conventions decide, by convention."""
        return met(operation_of(step), self.backend.declaration, step.case)

    def usual(self, step: Step, broken: Sequence[Verdict]) -> list[Verdict]:
        """What the laws that a node breaks find in the operation's usual cases, which are small, and shrink."""
        laws = tuple(verdict.law for verdict in broken if verdict.law) or asked(step, operation_of(step))
        task = replace(self._task(step.case.operation), laws=laws, dtypes=(step.case.dtype,))
        ((_, verdicts),) = self.pool.judge([task])
        return [verdict for verdict in verdicts if verdict.counterexample is not None]

    def own(self, step: Step, verdict: Verdict) -> Verdict:
        """A fault with the node's own case; what the fault looks like, where the kernel gives an answer."""
        if verdict.law is not None and verdict.status not in BROKEN:
            ((_, said),) = self.pool.judge([replace(self._on_case(step, (verdict.law,)), diagnosing=True)])
            return next((found for found in said if found.counterexample), verdict)
        size = sum(
            array.size for array in (*step.case.params.values(), *step.case.inputs) if array is not None
        )
        case = Counterexample(case=step.case, expected="an answer", actual="nothing", size=size)
        return replace(verdict, counterexample=case)

    def _on_case(self, step: Step, laws: tuple[str, ...]) -> Task:
        task = self._task(step.case.operation)
        return replace(task, laws=laws, dtypes=(step.case.dtype,), case=step.case)

    def _task(self, operation: str) -> Task:
        """Whether there is a kernel, until more is asked."""
        return Task(
            backend=self.backend.name,
            address=self.backend.address,
            operation=operation,
            laws=(),
            dtypes=(),
            examples=100,
            seed=self.seed,
        )


def operation_of(step: Step) -> Operation:
    """The operation that a node is."""
    (operation,) = choose_operations([step.case.operation])
    return operation
