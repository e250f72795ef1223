"""A user's own folder may bear the name of one of torchstone's: it must not be taken for ours."""

import importlib.util
from pathlib import Path

from .errors import UsageError

OURS = ("reference", "implementations", "conformance")


def check_names() -> None:
    """Complain where one of our names would import something that did not come with this file.

    `python -m` puts the working directory first on sys.path, so that a folder there hides ours.
    """
    home = Path(__file__).resolve().parent.parent
    for name in OURS:
        found = _place(name)
        if found is not None and found != home / name:
            raise UsageError(
                f"{found} hides torchstone's own package {name!r}: start in another directory, or by the command "
                "`torchstone`, which does not look for packages in the working directory"
            )


def _place(name: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin).resolve() if spec.origin else None
