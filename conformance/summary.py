"""torchstone report: what a report shows, as the matrix, as Markdown for a CI summary, as JUnit for its test tab.

All of it goes to standard output and is a function of the report alone.
"""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone report`."""
    parser.add_argument("report", metavar="DIR", type=Path, help="a report: its folder or its file")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--markdown", action="store_true", help="a table for each backend, failures folded away"
    )
    form.add_argument("--junit", action="store_true", help="JUnit's XML, a test suite for each backend")
    form.add_argument("--headroom", action="store_true", help="the matrix of the largest headroom too")


def run(args: argparse.Namespace) -> int:
    """Print the report; 0, whatever it says."""
    from .recorded import read_back

    recorded = read_back(args.report)
    if args.junit:
        from .junit import junit

        _write(junit(recorded))
    elif args.markdown:
        from .markdown import markdown

        _write(markdown(recorded))
    else:
        from . import matrix
        from .remarks import console

        out, verdicts = console(), recorded.with_cases()
        matrix.render(verdicts, out, complete=recorded.partial is None)
        if args.headroom:
            matrix.headroom(verdicts, out)
        matrix.failures(verdicts, out, lambda verdict: recorded.lines[verdict.id].replay or "")
    return 0


def _write(text: str) -> None:
    """UTF-8, whatever the console's encoding is: these are files."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode("utf-8", "replace"))
        buffer.flush()
