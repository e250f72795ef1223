"""torchstone sample: a trained language model writes, character by character, on a backend's kernels."""

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import UsageError
from .tree import Array

if TYPE_CHECKING:
    from .model import Model

CHARACTERS = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone sample`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="what `torchstone train --save` wrote")
    parser.add_argument(
        "--backend",
        metavar="BACKEND",
        default="numpy_vectorized",
        help="a bundled backend, a folder or a package (default: numpy_vectorized)",
    )
    parser.add_argument(
        "--length", type=int, default=CHARACTERS, metavar="N", help=f"characters (default: {CHARACTERS})"
    )
    parser.add_argument(
        "--temperature",
        type=float,
        default=1.0,
        metavar="T",
        help="divides the logits: below 1 bolder, 0 always the likeliest character (default: 1)",
    )
    parser.add_argument(
        "--prompt", default="\n", metavar="TEXT", help="what is there already (default: the start of a line)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="what is drawn (default: 0)")


def run(args: argparse.Namespace) -> int:
    """Write the prompt and what follows it: 0, or 1 where a kernel raises or the model has no probabilities."""
    from .checkpoint import trained
    from .kernel import CallFault, Refused
    from .language_models import LANGUAGE_MODELS, language_config
    from .model import Model
    from .param_file import read
    from .selection import natural, not_negative
    from .specification import build_model
    from .text import tokens_of

    natural("--length", args.length)
    not_negative("--seed", args.seed)
    if not 0 <= args.temperature < math.inf:
        raise UsageError(f"--temperature = {args.temperature}: expected a number of 0 or more")
    if not args.prompt:
        raise UsageError("--prompt is empty: expected one character at least")
    facts = trained(args.file)
    name, vocabulary = facts.get("model"), facts.get("vocabulary")
    if name not in LANGUAGE_MODELS or not isinstance(vocabulary, str) or len(vocabulary) < 2:
        raise UsageError(
            f"{args.file} holds a {name}, which writes no text (see: {', '.join(LANGUAGE_MODELS)})"
        )
    prompt = tokens_of(args.prompt, vocabulary)
    module = build_model(name, language_config(name, len(vocabulary)), 0)
    model = Model(module, args.backend, loss="token_cross_entropy")
    model.params = read(args.file, model.params)
    try:
        sys.stdout.write(_writable(args.prompt))
        for token in tokens(model, prompt, args.length, temperature=args.temperature, seed=args.seed):
            sys.stdout.write(_writable(vocabulary[token]))
            sys.stdout.flush()
        sys.stdout.write("\n")
    except Refused as fault:
        raise UsageError(f"{model.backend.name} refuses: {fault}") from None
    except CallFault as fault:
        sys.stdout.write(f"\n{model.backend.name} raised {fault}\n")
        return 1
    return 0


def tokens(model: "Model", prompt: Array, count: int, *, temperature: float, seed: int) -> Iterator[int]:
    """The tokens that a language model draws after a prompt, each from the last LENGTH ones.

    With temperature 0 each is the likeliest. Raises UsageError where the model gives no probabilities.
    """
    from .text import LENGTH

    random = np.random.default_rng(seed)
    seen = [int(token) for token in prompt]
    for _ in range(count):
        logits = model.forward(np.array([seen[-LENGTH:]], dtype=np.int64))[0, -1]
        if np.isnan(logits).any():
            raise UsageError("the model's logits are no numbers: its training went astray")
        if temperature == 0:
            token = int(np.argmax(logits))
        else:
            # The largest is 0 then, whatever the temperature; the others may become -inf, which are never drawn.
            with np.errstate(over="ignore"):
                scaled = ((logits.astype(np.float64) - logits.max()) / temperature).astype(model.dtype)
            token = drawn(model.softmax(scaled), random.random())
        seen.append(token)
        yield token


def drawn(probabilities: Array, number: float) -> int:
    """The class in whose part of the unit interval a number of [0, 1) falls."""
    ends = np.cumsum(probabilities.astype(np.float64))
    # Rounded probabilities add up to nearly 1.
    return int(np.searchsorted(ends / ends[-1], number, side="right"))


def _writable(text: str) -> str:
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
