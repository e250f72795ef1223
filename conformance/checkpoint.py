"""A training run on disk: parameters and state after an epoch, and what was asked for, in a .safetensors file."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import param_file
from .errors import UsageError
from .param_file import STATE
from .tree import Array

FORMAT = "torchstone training 1"
"""The name of the metadata's only entry."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What decides a trajectory beside the backend: a run resumed under other values would be another run.

    `vocabulary` are the characters of a text, in the order of their numbers: with them a model writes.
    """

    model: str
    data: str
    batch_size: int
    lr: float
    seed: int
    vocabulary: str | None = None
    optimizer: str | None = None
    momentum: float | None = None
    weight_decay: float | None = None
    clip: float | None = None

    def write(
        self,
        file: Path,
        params: Mapping[str, Array],
        losses: Sequence[float],
        state: Mapping[str, Array] | None = None,
    ) -> None:
        """Write parameters and the optimiser's state after len(losses) epochs, whole or not at all."""
        # One entry: safetensors writes several in any order, and the same run shall be the same file.
        run = json.dumps({**asdict(self), "losses": list(losses)})
        param_file.write(file, {**params, **_kept(state or {})}, {FORMAT: run})

    def read(
        self, file: Path, like: Mapping[str, Array], state: Mapping[str, Array] | None = None
    ) -> tuple[dict[str, Array], dict[str, Array], list[float]]:
        """The parameters, the optimiser's state, and the mean losses of the epochs so far.

        They are as `like` and `state`, which is empty before the first epoch. Raises UsageError where the file is
        missing, damaged, or of a run with other settings.
        """
        run = trained(file)
        try:
            losses = [float(loss) for loss in run.pop("losses")]
        except (KeyError, ValueError, TypeError) as error:
            raise UsageError(f"{file} is damaged: {type(error).__name__}: {error}") from None
        for name, asked in asdict(self).items():
            if name == "vocabulary" and run.get(name) != asked:
                raise UsageError(f"{file} was trained on other characters")
            if run.get(name) != asked:
                option = name.replace("_", "-")
                raise UsageError(f"{file} was trained with {option} {run.get(name)!r}, not {asked!r}")
        if not all(map(math.isfinite, losses)):
            raise UsageError(f"{file} is damaged: a loss is no number")
        found = param_file.read(file, {**like, **_kept(state or {} if losses else {})})
        return (
            {name: found[name] for name in like},
            {name.removeprefix(STATE): array for name, array in found.items() if name not in like},
            losses,
        )


def _kept(state: Mapping[str, Array]) -> dict[str, Array]:
    return {f"{STATE}{name}": array for name, array in state.items()}


def trained(file: Path) -> dict[str, Any]:
    """What a file says of the run that wrote it; raises UsageError where it is missing, damaged or another's."""
    facts = param_file.facts(file)
    if FORMAT not in facts:
        raise UsageError(f"{file} is no run that `torchstone train --save` wrote")
    try:
        run = json.loads(facts[FORMAT])
    except ValueError as error:
        raise UsageError(f"{file} is damaged: {type(error).__name__}: {error}") from None
    if not isinstance(run, dict):
        raise UsageError(f"{file} is damaged: it says nothing of its run")
    return run
