"""Law: the pullback is the derivative of the kernel's own outputs: a witness without PyTorch.

Along a direction d of all params and inputs, for a cotangent g, the slope by the pullback is P(p) = <c(p), d>
with the cotangents c = J' g, and by differences D = <g, f(p + h d) - f(p - h d)> / 2h, which is the mean of P
over the way. Where every c grows or falls steadily on either side of p (h is so short), its mean over a side
lies between its ends, so that

    |D - P| <= 1/2 sum |d| (|c+ - c| + |c- - c|) + 1/2 sum |g| (a+ + a-) / h + 1/2 sum |d| (4 b + b+ + b-)

with the allowances a of the outputs and b of the cotangents, + and - at p + h d and at p - h d: across a kink
they are of another size. Taken element by element, kinks in opposite directions do not cancel. h = sqrt(u)
balances the first term, of order h, with the second, of order u / h. The step is a share of each number, so that
none changes its sign.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..case import Case
from ..comparison import Comparison, allowance, unit_roundoff
from ..tree import Array, Tree, leaves
from ..trial import Trial, cotangent_spread_leaves, spread_leaves
from ._answers import answer, flat, own_answer

if TYPE_CHECKING:
    from ..oracle import Oracle

Arrays = list[Array | None]


def directional_difference(trial: Trial) -> None:
    """The pullback agrees with a difference quotient of the kernel's own outputs along a random direction."""
    case = trial.case
    if not trial.operation.derivative(case):
        return
    output, cotangents = own_answer(trial)
    assert cotangents is not None
    c, g = flat(cotangents), _leaves(case.cotangent)
    f = _where(g, _leaves(output))
    if not _finite(f):
        return
    step = unit_roundoff(trial.arithmetic.precision) ** 0.5
    ends = [_moved(case, c, sign * step) for sign in (1, -1)]
    (above, c_above), (below, c_below) = (
        (_leaves(found), flat(pulled))
        for found, pulled in (answer(trial, end, trial.oracle.output) for end in ends)
        if pulled is not None
    )
    if not (_finite(above) and _finite(below) and _finite(c_above) and _finite(c_below)):
        return  # so near to the largest number that a step overflows
    # As far as the arrays really move: a step is rounded, too.
    d = _where(c, [_halved(x, y, step) for x, y in zip(*map(_arguments, ends), strict=True)])
    above, below = _where(g, above), _where(g, below)
    difference = _total(g, [_halved(x, y, step) for x, y in zip(above, below, strict=True)])
    slope = _total(c, d)
    bend = sum(_total(_sizes(d), _sizes(_minus(end, c))) for end in (c_above, c_below)) / 2
    error = abs(difference - slope)
    sides = [(trial.oracle_of(ends[0]), above, c_above), (trial.oracle_of(ends[1]), below, c_below)]
    allowed, headroom = 0.0, None
    for careful in (None, False, True):
        _, b = _allowances(trial, trial.oracle, f, c, careful)
        allowed = bend + 2 * _total(_sizes(d), b)
        for oracle, outputs, pulled in sides:
            a, b = _allowances(trial, oracle, outputs, pulled, careful)
            allowed += (_total(_sizes(g), a) / step + _total(_sizes(d), b)) / 2
        headroom = None if careful is None else error / allowed
        if error <= allowed:
            break
    if error <= allowed and max(abs(slope), abs(difference)) <= allowed:
        return  # it would hold for any slope
    trial.record.add(
        Comparison(
            elements=0, informative=0, tier=trial.arithmetic.tier, headroom=headroom, worst="the slope"
        )
    )
    trial.require(
        error <= allowed,
        f"the slope along a direction is {slope:.9g} by the pullback, but {difference:.9g} by the difference of "
        f"outputs (off by {error:.2g}, allowed {allowed:.2g})",
        kind="slope",
        expected=f"slope by differences {difference:.9g}",
        actual=f"slope by the pullback {slope:.9g}",
    )


def _moved(case: Case, cotangents: Arrays, step: float) -> Case:
    """The case a step further along a sign, times its own size, for every number that is differentiated."""
    random = np.random.default_rng(0)
    arrays: Arrays = []
    for array, cotangent in zip(_arguments(case), cotangents, strict=True):
        if array is not None and cotangent is not None:
            signs = random.choice((-1.0, 1.0), size=array.shape)
            array = np.asarray(
                array + step * signs * np.where(array == 0, 1, np.abs(array)), dtype=case.dtype
            )
        arrays.append(array)
    params = {name: array for name, array in zip(case.params, arrays, strict=False) if array is not None}
    return replace(case, params=params, inputs=tuple(arrays[len(case.params) :]))


def _arguments(case: Case) -> Arrays:
    return [*case.params.values(), *case.inputs]


def _leaves(tree: Tree) -> Arrays:
    return [leaf for _, leaf in leaves(tree)]


def _where(wanted: Arrays, arrays: Arrays) -> Arrays:
    """The arrays beside one that is differentiated."""
    return [None if beside is None else array for beside, array in zip(wanted, arrays, strict=True)]


def _minus(left: Arrays, right: Arrays) -> Arrays:
    pairs = zip(left, right, strict=True)
    return [None if x is None or y is None else np.asarray(x.astype(np.float64) - y) for x, y in pairs]


def _halved(above: Array | None, below: Array | None, step: float) -> Array | None:
    (gap,) = _minus([above], [below])
    return None if gap is None else gap / (2 * step)


def _finite(arrays: Arrays) -> bool:
    return all(np.isfinite(array).all() for array in arrays if array is not None)


def _sizes(arrays: Arrays) -> Arrays:
    return [None if array is None else np.abs(array) for array in arrays]


def _total(left: Arrays, right: Arrays) -> float:
    """<left, right>"""
    pairs = zip(left, right, strict=True)
    return sum(float(np.sum(x.astype(np.float64) * y)) for x, y in pairs if x is not None and y is not None)


def _allowances(
    trial: Trial, oracle: "Oracle", outputs: Arrays, cotangents: Arrays, careful: bool | None
) -> tuple[Arrays, Arrays]:
    """What outputs and cotangents may be wrong by; `careful` None: without the spread, which is slow to get."""

    def allowed(arrays: Arrays, spreads: Sequence[Array | None]) -> Arrays:
        return [
            None if array is None else allowance(array.astype(np.float64), spread, trial.arithmetic)
            for array, spread in zip(arrays, spreads, strict=True)
        ]

    if careful is None:
        return allowed(outputs, [None] * len(outputs)), allowed(cotangents, [None] * len(cotangents))
    return (
        allowed(outputs, spread_leaves(oracle, careful)),
        allowed(cotangents, cotangent_spread_leaves(oracle, careful)),
    )
