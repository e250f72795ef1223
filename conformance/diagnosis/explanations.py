"""Where no known defect matches: what the wrong results look like beside the right ones."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..oracle import Oracle
from .answers import Answer, Facet, narrowed, same
from .catalogue import Question
from .clock import Clock
from .conditions import condition
from .extent import extent
from .factors import factor
from .guesses import guesses
from .permutations import permutation
from .shapes import misshapen
from .sights import Sight, sights
from .variants import evaluated, variants

ENOUGH = 2
"""Cases on which an explanation must hold: on one that is small, many do by accident."""

MOST = 3
"""Wrong arrays that are told one by one."""

SLIGHT = 0.01
"""An error that is told as a fraction of the right result, and not as a factor."""


def explanation(question: Question, seconds: float) -> str | None:
    """The wrong results in words, or what the cases that go wrong have in common; None where neither is clear."""
    # A law that is not about values has its own side, the last.
    facet, answer = question.facets()[0 if question.of_values else -1], question.suspect.answer
    wrong, right = _sorted(question, facet, Clock(seconds))
    if not wrong:
        return None
    if facet.behaviour:
        only = _only(question, wrong, right)
        return f"only{only}" if only else None
    variant = _variant(question, facet, wrong, Clock(2 * seconds))
    if variant is not None:
        return f"equals the right {facet.name} with {variant}"
    told = []
    silent = [oracle for oracle in wrong if answer(facet, oracle).fault is not None]
    spoken = [oracle for oracle in (*wrong, *right) if oracle not in silent]
    if silent:
        only = _only(question, silent, spoken)
        told.append(f"no {facet.name} on {len(silent)} of {len(wrong) + len(right)} cases{only}")
    clock = Clock(seconds)
    for name, seen in sights(facet, spoken, answer).items():
        bad = [sight for sight in seen if not sight.right]
        if bad:
            only = _only(question, [s.oracle for s in bad], [s.oracle for s in seen if s.right])
            told.append(f"{name} {_part(bad, question.inputs, clock)}{only}")
    more = len(told) - MOST
    return "; ".join([*told[:MOST], *([f"{more} more are wrong as well"] if more > 0 else [])]) or None


def _sorted(question: Question, facet: Facet, clock: Clock) -> tuple[list[Oracle], list[Oracle]]:
    """The cases that come out wrong and those that come out right, as many as there is time for."""
    wrong: list[Oracle] = []
    right: list[Oracle] = []
    for oracle in question.cases:
        (wrong if question.wrong(facet, oracle) else right).append(oracle)
        if not clock.goes_on:
            break
    return wrong, right


def _only(question: Question, wrong: Sequence[Oracle], right: Sequence[Oracle]) -> str:
    """` where stride is not 1`, where that tells the wrong cases from the others."""
    wrong_cases, right_cases = ([oracle.case for oracle in oracles] for oracles in (wrong, right))
    found = condition(wrong_cases, right_cases, question.inputs)
    return f" where {found}" if found else ""


def _variant(question: Question, facet: Facet, wrong: Sequence[Oracle], clock: Clock) -> str | None:
    """The words of a change of options or arguments that explains all that is wrong."""
    names = question.inputs, question.operation.outputs
    for words, variant in variants([oracle.case for oracle in question.cases], *names):
        if not clock.goes_on:
            break
        held = 0
        for oracle in wrong:
            changed = variant(oracle.case)
            if changed is None:
                break  # nothing is changed, and yet it is wrong
            mine, found = question.suspect.answer(facet, oracle), evaluated(changed)
            if found is None and mine.fault is not None:
                continue
            if found is None or not same(mine, _completed(facet.right(found), mine), facet, oracle):
                break
            held += 1
        else:
            if held >= ENOUGH:
                return words
    return None


def _completed(answer: Answer, mine: Answer) -> Answer:
    """An answer with zeros for the cotangents of what was left out."""
    found, given = dict(answer.parts), dict(mine.parts)
    if not found.keys() <= given.keys():
        return answer
    parts = ((name, found.get(name), a) for name, a in given.items())
    return Answer(
        tuple((name, np.zeros_like(a) if b is None and a is not None else b) for name, b, a in parts),
        answer.fault,
    )


def _part(wrong: Sequence[Sight], inputs: Sequence[str], clock: Clock) -> str:
    """What is wrong with one part of the answer: first its shape, where that is."""
    odd = [sight for sight in wrong if sight.actual.shape != sight.expected.shape]
    if odd:
        return misshapen(odd)
    told = _explained(wrong, inputs, clock)
    if told is not None:
        return told
    place, blocks = extent(wrong)
    inner = _explained(blocks, inputs, clock) if blocks else None
    if inner is not None:
        return f"is wrong only {place}, which {inner}"
    return f"is wrong {f'only {place}' if blocks else place}, {_scale(wrong)}"


def _explained(wrong: Sequence[Sight], inputs: Sequence[str], clock: Clock) -> str | None:
    """The first explanation that holds wherever it says something, and in half of the cases at least."""
    if len(wrong) < ENOUGH:
        return None
    told = _overflow(wrong) or _narrow(wrong)
    if told is not None:
        return told
    largest = max(wrong, key=lambda sight: (sight.expected.ndim, sight.expected.size))
    for words, guess in guesses(largest, inputs):
        if not clock.goes_on:
            return None
        held = 0
        for sight in wrong:
            candidate = guess(sight)
            if candidate is None:
                continue
            if not sight.explained_by(candidate):
                break
            held += 1
        else:
            if held >= ENOUGH and 2 * held >= len(wrong):
                return words
    return factor(wrong, inputs) or permutation(wrong)


def _overflow(wrong: Sequence[Sight]) -> str | None:
    """NaN or an infinity, wherever something is wrong."""
    kinds = {_unfinite(sight) for sight in wrong}
    if None in kinds:
        return None
    largest = min(
        max((float(np.abs(a).max(initial=0)) for a in _arguments(sight)), default=0.0) for sight in wrong
    )
    what = " or ".join(sorted(kind for kind in kinds if kind))
    return f"is {what} where the right result is finite, from arguments as large as {largest:.3g} on"


def _narrow(wrong: Sequence[Sight]) -> str | None:
    """Float64 results that are all numbers of float32, near the right ones: they were computed there."""
    for sight in wrong:
        with np.errstate(all="ignore"):
            nearest = sight.expected.astype(np.float32).astype(np.float64)
        if not (narrowed(sight.actual) and sight.explained_by(nearest)):
            return None
    return "is computed in float32"


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
    low, high = (float(ratio) for ratio in np.quantile(ratios, (0.1, 0.9)))
    error = max(abs(low - 1), abs(high - 1))
    if 0 < error < SLIGHT:
        return f"mostly by one part in {1 / error:.2g}"
    return f"mostly by factors of {low:.3g} to {high:.3g}"
