"""torchstone judge-model: a user's own module, judged operation by operation on a backend's kernels.

The kernels run in a worker process, as in `torchstone run`: one that hangs or dies costs the verdict on one node.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError
from .run import LEAST_SECONDS, terminated_as_interrupted, time_limit

if TYPE_CHECKING:
    from rich.console import Console
    from torch import Tensor, nn

    from .node_by_node import Step
    from .node_pool import NodePool
    from .verdict import Verdict

MARKS = {True: "✓", False: "✗"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone judge-model`."""
    parser.add_argument(
        "module", metavar="FILE.py:NAME", help="an nn.Module, its class, or a function that returns one"
    )
    parser.add_argument(
        "--backend", metavar="BACKEND", required=True, help="a bundled backend, a folder or a package"
    )
    parser.add_argument(
        "--input-shape",
        metavar="SHAPE",
        action="append",
        default=[],
        help="2,3,32,32; or 2,7:100 for int64 numbers below 100; again for each further input",
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="an argument of NAME, as Python writes it (text may stand without quotes)",
    )
    parser.add_argument("--eval", action="store_true", help="in evaluation mode (default: as it was built)")
    parser.add_argument(
        "--dtype", metavar="DTYPE", default="float32", help="float32 or float64 (default: float32)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="initial weights, inputs and cotangents (default: 0)"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=LEAST_SECONDS,
        metavar="SECONDS",
        help=f"time for one operation of the model (default: {LEAST_SECONDS:g})",
    )
    parser.add_argument("--report", metavar="DIR", type=Path, help="keep the smallest case there, for replay")


def run(args: argparse.Namespace) -> int:
    """Judge every operation of the module: 0 all conform, 1 one does not, 2 the model cannot be judged."""
    from .backend import load
    from .node_by_node import steps
    from .node_pool import NodePool
    from .operations import OPERATIONS
    from .recorder import NotRecordable, record
    from .remarks import console, say
    from .selection import check_kinks, choose_dtypes, not_negative
    from .user_module import built, drawn_inputs, parsed_setting, parsed_shape
    from .workers import Pool

    shapes = [parsed_shape(text) for text in args.input_shape]
    settings = dict(parsed_setting(text) for text in args.set)
    not_negative("--seed", args.seed)
    (dtype,) = choose_dtypes([args.dtype])
    seconds = time_limit(0, args.timeout)
    backend = load(args.backend, tuple(operation.name for operation in OPERATIONS), only=())
    check_kinks(backend.declaration)
    if dtype not in backend.declaration.dtypes:
        raise UsageError(
            f"{backend.name} has no {dtype} (see --dtype: {', '.join(backend.declaration.dtypes)})"
        )
    module = built(args.module, settings, args.seed, evaluation=args.eval)
    inputs = drawn_inputs(module, shapes, args.seed)
    out = console()
    try:
        graph = record(module, inputs)
    except NotRecordable as problem:
        if len(problem.outside) < 2:
            raise
        for place in problem.outside:
            say(out, place)
        raise UsageError(f"{args.module} has {len(problem.outside)} calls that cannot be judged") from None
    except UsageError:
        raise
    except Exception as error:  # the user's own code; the shapes asked for are the likeliest reason
        given = ", ".join(str(tuple(x.shape)) for x in inputs) or "nothing"
        raise UsageError(f"{args.module} raised {type(error).__name__} for {given}: {error}") from None
    params = {name: tensor.detach().numpy() for name, tensor in _state(module)}
    with terminated_as_interrupted(), Pool(1, seconds) as pool:
        nodes = NodePool(backend, pool, args.seed)
        nodes.require_kernels(graph)
        taken = steps(graph, params, [x.numpy() for x in inputs], dtype=dtype, seed=args.seed)
        say(
            out,
            f"{args.module} on {backend.name}: {len(taken)} operation{'s' * (len(taken) != 1)}, {dtype}, "
            f"{'training' if module.training else 'evaluation'} mode, "
            f"inputs {', '.join(str(tuple(x.shape)) for x in inputs)}",
            style="bold",
        )
        wrong: list[tuple[int, Step, tuple[Verdict, ...]]] = []
        width = max((len(step.case.operation) for step in taken), default=0)
        for number, (step, verdicts) in enumerate(nodes.verdicts(taken), 1):
            _write_line(out, number, step, width, verdicts, nodes.conventions(step))
            if any(not _fine(verdict) for verdict in verdicts):
                wrong.append((number, step, verdicts))
        if not wrong:
            say(out, f"all {len(taken)} conform: outputs, and gradients where one arrives", style="green")
            return 0
        number, step, verdicts = wrong[0]
        _explain(out, number, step, verdicts, nodes, args)
    if wrong[1:]:
        say(out, f"also deviating: {', '.join(f'{n} {s.case.operation}' for n, s, _ in wrong[1:])}")
    return 1


def _state(module: "nn.Module") -> "list[tuple[str, Tensor]]":
    return [
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
    ]


def _fine(verdict: "Verdict") -> bool:
    from .node_by_node import conforms

    return conforms(verdict)


def _write_line(
    out: "Console",
    number: int,
    step: "Step",
    width: int,
    verdicts: "Sequence[Verdict]",
    conventions: dict[str, int],
) -> None:
    """`3 conv2d  ✓ output ✓ gradient  net.py:12: x = self.conv(x)`, the operation's name in `width` places."""
    from rich.text import Text

    from .remarks import printable, say
    from .verdict import Status

    told = Text(f"{number:3} {step.case.operation:{width}} ")
    # Where a kernel dies before it is asked anything there is no law.
    for part, laws in (("output", (None, "shape_and_dtype", "agreement")), ("gradient", ("vjp",))):
        asked = [verdict for verdict in verdicts if verdict.law in laws]
        fine = all(map(_fine, asked))
        unknown = not asked or any(verdict.status == Status.UNSUPPORTED for verdict in asked)
        mark = "-" if unknown and fine else MARKS[fine]
        ends = [verdict.status for verdict in asked if verdict.status in (Status.CRASHED, Status.TIMED_OUT)]
        end = "".join(f" ({status.value.replace('_', ' ')})" for status in ends)
        told.append(printable(f"{mark} {part}{end}  ", out), style="" if fine else "bold red")
    told.append(printable(step.call.where, out), style="dim")
    out.print(told, soft_wrap=True)
    for name, count in conventions.items():
        say(out, f"{'':4}{name}, as declared: {count} element{'s' * (count != 1)}", style="dim")


def _explain(
    out: "Console",
    number: int,
    step: "Step",
    verdicts: "Sequence[Verdict]",
    nodes: "NodePool",
    args: argparse.Namespace,
) -> None:
    """The first deviation in full: what is wrong in the model, then the smallest case that shows it."""
    from .case_file import save_case
    from .remarks import say, write_remark, write_rows

    operation = step.case.operation
    broken = [verdict for verdict in verdicts if not _fine(verdict)]
    out.print()
    say(out, f"first deviation: {number} {operation}, {step.call.where}", style="bold")
    config = ", ".join(f"{option}={value!r}" for option, value in step.case.config.items())
    write_rows(out, [("", config)] if config else [], indent=2)
    for verdict in broken:
        write_rows(out, [(verdict.law or "", verdict.message or verdict.status.value)], indent=2)
    out.print()
    # The model's own case is as large as the model.
    shown = nodes.usual(step, broken)
    if shown:
        kept = min(shown, key=lambda verdict: verdict.counterexample.size if verdict.counterexample else 0)
    else:
        say(out, "no usual case of the operation shows it; this is the model's own:")
        kept = nodes.own(step, broken[0])
        shown = [kept]
    write_remark(out, shown)
    if args.report is not None and kept.counterexample is not None:
        file = args.report / "cases" / f"{nodes.backend.name}-{operation}-{kept.law}-{kept.dtype}.safetensors"
        save_case(file, kept.counterexample.case, kept.law)
        say(out, f"  replay: torchstone replay {file} --backend {args.backend}")
