"""Law: a model's analytic gradient is its numerical one.

Along a direction d of all params and inputs, for a cotangent g, the backend's difference quotient and slope are

    D = (<g, f(p + h d)> - <g, f(p - h d)>) / 2h        P = <pullback(g), d>

and D* and P* are the reference's, in float64, at the same points: D* - P* is the remainder of Taylor's formula
and the rounding of the points, whatever the kinks in between. Each output element errs by at most its allowance
a, each cotangent by at most its allowance b, so that

    |(D - P) - (D* - P*)| <= sum |g| (a(p + h d) + a(p - h d)) / 2h + sum |d| b

for any h; h = u**(1/3) balances the first term, of order u / h, with a remainder of order h**2.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..case import Case
from ..comparison import Comparison, allowance, unit_roundoff
from ..kernel import Arguments, call_forward
from ..law import NotJudged, Violation
from ..tree import Array, Tree
from ..trial import Trial
from ._outputs import of_output

if TYPE_CHECKING:
    from ..oracle import Cotangents, Oracle, Spread


def numerical_gradient(trial: Trial) -> None:
    """The pullback agrees with central differences of the backend's own forward, along a random direction."""
    case = trial.case
    g = of_output(case.cotangent)
    if g.size == 0:
        return
    direction = _direction(case, trial.oracle.cotangents)
    step = unit_roundoff(trial.arithmetic.precision) ** (1 / 3)
    beside = [_moved(case, direction, sign * step) for sign in (1, -1)]
    oracles = [trial.oracle_of(moved) for moved in beside]
    output, cotangents = trial.vjp()
    if not trial.same_structure(output):
        raise NotJudged("the output of vjp() has the wrong shape")
    if not trial.same_shapes(cotangents):
        raise NotJudged("a cotangent has the wrong shape")
    values = [call_forward(trial.kernel, moved, Arguments.of(moved)) for moved in beside]
    difference = _quotient(g, [_like(value, g) for value in values], step)
    slope = _slope(cotangents, direction)
    expected = [_like(oracle.output, g) for oracle in oracles]
    remainder = _quotient(g, expected, step) - _slope(trial.oracle.cotangents, direction)
    error = abs((difference - slope) - remainder)
    allowed, headroom = 0.0, None
    for careful in (None, False, True):
        allowed = _allowed(trial, oracles, g, step, careful)
        headroom = None if careful is None else error / allowed
        if error <= allowed:
            break
    trial.record.add(Comparison(elements=0, informative=0, headroom=headroom))
    if not error <= allowed:
        raise Violation(
            f"the directional derivative is {slope:.9g} by the pullback, but {difference:.9g} by "
            f"central differences of forward (off by {error:.2g}, allowed {allowed:.2g}; "
            f"PyTorch's own differ by {remainder:.2g})",
            kind="numerical gradient",
            expected=f"central difference {difference:.9g}",
            actual=f"pullback along the direction {slope:.9g}",
        )
    trial.require(True, "")


def _direction(case: Case, cotangents: "Cotangents") -> list[Array | None]:
    """A sign for every element of all that is differentiated: none of them can hide."""
    random = np.random.default_rng(0)
    return [
        None if array is None or cotangent is None else random.choice((-1.0, 1.0), size=array.shape)
        for array, cotangent in zip(
            (*case.params.values(), *case.inputs),
            (*cotangents.params.values(), *cotangents.inputs),
            strict=True,
        )
    ]


def _moved(case: Case, direction: list[Array | None], step: float) -> Case:
    arrays = [
        array if array is None or d is None else np.asarray(array + step * d, dtype=case.dtype)
        for array, d in zip((*case.params.values(), *case.inputs), direction, strict=True)
    ]
    params = {name: array for name, array in zip(case.params, arrays, strict=False) if array is not None}
    return replace(case, params=params, inputs=tuple(arrays[len(case.params) :]))


def _quotient(g: Array, values: list[Array], step: float) -> float:
    above, below = (float(np.sum(g.astype(np.float64) * value)) for value in values)
    return (above - below) / (2 * step)


def _slope(cotangents: "Cotangents", direction: list[Array | None]) -> float:
    pairs = zip((*cotangents.params.values(), *cotangents.inputs), direction, strict=True)
    return sum(
        float(np.sum(found.astype(np.float64) * d))
        for found, d in pairs
        if found is not None and d is not None
    )


def _allowed(trial: Trial, oracles: "list[Oracle]", g: Array, step: float, careful: bool | None) -> float:
    """The right-hand side; `careful` None: without the spread, which is slow to get."""

    def spread_of(oracle: "Oracle") -> "Spread | None":
        return None if careful is None else oracle.careful_spread if careful else oracle.spread

    def share(expected: object, spread: object, weight: Array | float) -> float:
        if not isinstance(expected, np.ndarray):
            return 0.0
        noise = spread if isinstance(spread, np.ndarray) else None
        each = allowance(expected, noise, trial.arithmetic)
        return float(np.sum(np.abs(weight) * each))

    total = 0.0
    for oracle in oracles:
        spread = spread_of(oracle)
        noise = None if spread is None else of_output(spread.output)
        total += share(of_output(oracle.output), noise, g) / (2 * step)
    cotangents, spread = trial.oracle.cotangents, spread_of(trial.oracle)
    for expected, noise in zip(
        (*cotangents.params.values(), *cotangents.inputs),
        (None,) * (len(cotangents.params) + len(cotangents.inputs))
        if spread is None
        else (*spread.cotangents.params.values(), *spread.cotangents.inputs),
        strict=True,
    ):
        total += share(expected, noise, 1.0)
    return total


def _like(tree: Tree, g: Array) -> Array:
    value = tree[0] if isinstance(tree, tuple) else tree
    if not isinstance(value, np.ndarray) or value.shape != g.shape:
        raise NotJudged("the output has the wrong shape")
    return value.astype(np.float64)
