"""Where no known defect matches: what the wrong results look like beside the right ones."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..oracle import Oracle
from .answers import Answer, Facet, same
from .catalogue import Question
from .clock import Clock
from .conditions import condition
from .extent import extent
from .factors import factor
from .guesses import guesses
from .permutations import permutation
from .sights import Sight, sights
from .variants import Variant, evaluated, variants

ENOUGH = 2
"""Cases on which an explanation must hold: on one that is small, many do by accident."""


def explanation(question: Question, clock: Clock) -> str | None:
    """The wrong results in words, None where they cannot be compared with the right ones."""
    facet = question.value_facet()
    if facet is None:
        return None
    wrong = [oracle for oracle in question.cases if question.wrong(facet, oracle)]
    right = [oracle for oracle in question.cases if not question.wrong(facet, oracle)]
    if not wrong:
        return None
    told = _told(question, facet, wrong, clock)
    only = condition([o.case for o in wrong], [o.case for o in right], question.operation.inputs)
    return told + (f"; only where {only}" if only else "") if told else only and f"wrong only where {only}"


def _told(question: Question, facet: Facet, wrong: Sequence[Oracle], clock: Clock) -> str | None:
    variant = _variant(question, facet, wrong, clock)
    if variant is not None:
        return f"equals the right {facet.name} with {variant}"
    failed = sum(question.suspect.answer(facet, oracle).fault is not None for oracle in wrong)
    if failed:
        return f"no {facet.name} at all on {failed} of {len(question.cases)} cases"
    found = sights(facet, question.cases, question.suspect.answer)
    parts = []
    for name, seen in found.items():
        bad = [sight for sight in seen if not sight.right]
        if bad:
            parts.append(f"{name} {_part(bad, clock)}")
    return "; ".join(parts) or None


def _variant(question: Question, facet: Facet, wrong: Sequence[Oracle], clock: Clock) -> str | None:
    """The words of a change of options or arguments that explains all that is wrong."""
    names = question.operation.inputs, question.operation.outputs
    for words, variant in variants([oracle.case for oracle in question.cases], *names):
        if not clock.goes_on:
            break
        held = 0
        for oracle in wrong:
            answer = _answer(question, facet, variant, oracle)
            if answer is None:
                continue
            if not same(question.suspect.answer(facet, oracle), answer, facet, oracle):
                break
            held += 1
        else:
            if held >= ENOUGH and 2 * held >= len(wrong):
                return words
    return None


def _answer(question: Question, facet: Facet, variant: Variant, oracle: Oracle) -> Answer | None:
    """The reference's answer to the variant: zeros for the cotangent of what the variant leaves out."""
    changed = evaluated(variant, oracle)
    if changed is None:
        return None
    mine, theirs = question.suspect.answer(facet, oracle), facet.right(changed)
    if len(mine.parts) != len(theirs.parts):
        return theirs
    return Answer(
        tuple(
            (name, np.zeros_like(a) if b is None and a is not None else b)
            for (_, a), (name, b) in zip(mine.parts, theirs.parts, strict=True)
        )
    )


def _part(wrong: Sequence[Sight], clock: Clock) -> str:
    """What is wrong with one part of the answer."""
    told = explained(wrong, clock)
    if told is not None:
        return told
    place, blocks = extent(wrong)
    inner = explained(blocks, clock) if blocks else None
    if inner is not None:
        return f"is wrong only {place}: it {inner}"
    return f"is wrong {f'only {place}' if blocks else place}, {_scale(wrong)}"


def explained(wrong: Sequence[Sight], clock: Clock) -> str | None:
    """The first explanation that holds wherever it says something, and in half of the cases at least."""
    for words in _explanations(wrong):
        if words is not None:
            return words
        if not clock.goes_on:
            break
    return None


def _explanations(wrong: Sequence[Sight]) -> Iterator[str | None]:
    yield _overflow(wrong)
    largest = max(wrong, key=lambda sight: (sight.expected.ndim, sight.expected.size))
    for words, guess in guesses(largest):
        held = [
            sight.explained_by(candidate) for sight in wrong[:1] if (candidate := guess(sight)) is not None
        ]
        if not all(held):
            yield None
            continue
        held = [sight.explained_by(candidate) for sight in wrong if (candidate := guess(sight)) is not None]
        yield words if all(held) and len(held) >= ENOUGH and 2 * len(held) >= len(wrong) else None
    if len(wrong) >= ENOUGH:
        yield factor(wrong)
        yield permutation(wrong)


def _overflow(wrong: Sequence[Sight]) -> str | None:
    """NaN or an infinity, wherever something is wrong."""
    kinds = {_unfinite(sight) for sight in wrong}
    if None in kinds or len(wrong) < ENOUGH:
        return None
    largest = min(
        max((float(np.abs(a).max(initial=0)) for a in _arguments(sight)), default=0.0) for sight in wrong
    )
    what = " or ".join(sorted(kind for kind in kinds if kind))
    return f"is {what} where the right result is finite, from arguments as large as {largest:.3g} on"


def _unfinite(sight: Sight) -> str | None:
    lost = np.isfinite(sight.expected) & ~np.isfinite(sight.actual)
    if not lost.any():
        return None
    return "NaN" if np.isnan(sight.actual[lost]).any() else "infinite"


def _arguments(sight: Sight) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.floating]]]:
    case = sight.oracle.case
    for array in (*case.params.values(), *case.inputs):
        if array is not None and array.dtype.kind == "f":
            yield np.where(np.isfinite(array), array, 0)


def _scale(wrong: Sequence[Sight]) -> str:
    """By how much: the range of factors between what was given and what was right."""
    with np.errstate(all="ignore"):
        ratios = np.concatenate([(s.actual / s.expected)[s.wrong & (s.expected != 0)] for s in wrong])
        ratios = ratios[np.isfinite(ratios)]
        errors = np.concatenate([np.abs(s.actual - s.expected)[s.wrong] for s in wrong])
    if not ratios.size:
        return f"by {np.nanmax(errors, initial=0):.2g} at most"
    low, high = float(ratios.min()), float(ratios.max())
    if abs(low - 1) < 1e-2 and abs(high - 1) < 1e-2:
        return f"by less than one part in {1 / max(abs(low - 1), abs(high - 1)):.0f}"
    return f"by factors of {low:.3g} to {high:.3g}"
