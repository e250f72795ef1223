"""The command line: `torchstone`, or `python -m conformance`."""

import argparse
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from .errors import UsageError

COMMANDS = {
    "run": ("run", "judge backends and print what conforms"),
    "replay": ("replay", "judge one stored case"),
    "list": ("listing", "list operations, laws, profiles, backends or defects"),
    "new-backend": ("new_backend", "write a folder with a first working kernel"),
    "diff": ("diff", "say what changed between two reports"),
    "gate": ("gate", "fail where a report is worse than a baseline"),
    "expectations": ("expectations_command", "write down what fails as known deviations"),
    "report": ("summary", "show a report: the matrix, Markdown or JUnit"),
    "selftest": ("selftest", "judge the judge: by the catalogue of wrong implementations"),
    "judge-model": ("judge_model", "judge your own module, operation by operation"),
    "train": ("training", "train a model on a backend's kernels"),
    "sample": ("sample", "let a trained language model write"),
}
"""Each command's module, with add_arguments(parser) and run(args) -> exit status, and what it does."""

EXIT_STATUS = """\
exit status:
  0    everything conforms
  1    something does not
  2    the command was wrong, or nothing was decided
  3    a fault of torchstone's own
  130  interrupted"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see: {self.prog} --help)")


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        from .report import SPECIFICATION

        try:
            installed = version("torchstone")
        except PackageNotFoundError:
            installed = "(not installed)"
        print(f"torchstone {installed}, specification {SPECIFICATION}")
        parser.exit()


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command and its arguments; a command's module is imported only when it is the one."""
    parser = _Parser(
        prog="torchstone",
        description="Judge implementations of neural-network layers against PyTorch.",
        epilog=EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the versions of torchstone and the specification"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    first = next((word for word in argv if not word.startswith("-")), None)
    for name, (module, sentence) in COMMANDS.items():
        command = commands.add_parser(
            name, help=sentence, description=f"{sentence.capitalize()}.", allow_abbrev=False
        )
        if name == first:
            importlib.import_module(f"{__package__}.{module}").add_arguments(command)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; what went wrong is one line on standard error."""
    from .shadowing import check_names

    try:
        check_names()
        args = parse(sys.argv[1:] if argv is None else argv)
        status: int = importlib.import_module(f"{__package__}.{COMMANDS[args.command][0]}").run(args)
        sys.stdout.flush()
        return status
    except UsageError as error:
        return _complain(str(error), 2)
    except SystemExit as exit_:  # --help and --version
        return exit_.code if isinstance(exit_.code, int) else 0
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    except BrokenPipeError:
        # Whoever read the output has gone; so must what is left of it, or Python complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13  # as if SIGPIPE had ended it, where nobody says otherwise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            # Of a file that a user names; no file of ours has such a name.
            return _complain(f"{str(error.filename)[:40]}...: {error.strerror}", 2)
        traceback.print_exc()
        return _complain(f"a fault of torchstone's own, no backend's: {error}", 3)


def _complain(message: str, status: int) -> int:
    print(f"torchstone: {' '.join(message.split())}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
