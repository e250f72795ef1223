"""Law: NaN, infinities, signed zeros and subnormals are treated as the reference treats them."""

from dataclasses import replace

import numpy as np

from ..case import Case
from ..law import NotJudged
from ..tree import Array, is_floating, leaves
from ..trial import Trial, cotangent_spread_leaves, spread_leaves
from ._answers import Named


def special_values(trial: Trial) -> None:
    """NaN, infinities and subnormals that go in come out, forward and backward, where PyTorch has them."""
    oracle, tame = trial.oracle, _without_special(trial.case)
    plain = None if tame is None else trial.oracle_of(tame)
    expected = list(leaves(oracle.output))
    trial.agree(
        _where_reached(
            trial.named_output(trial.run(trial.case)),
            expected,
            None if plain is None else list(leaves(plain.output)),
        ),
        expected,
        lambda careful: spread_leaves(oracle, careful),
    )
    if trial.kernel.vjp is None:
        return
    _, cotangents = trial.vjp()
    if not trial.same_shapes(cotangents):
        raise NotJudged("a cotangent has the wrong shape")
    expected = trial.named_cotangents(oracle.cotangents)
    trial.agree(
        _where_reached(
            trial.named_cotangents(cotangents),
            expected,
            None if plain is None else trial.named_cotangents(plain.cotangents),
        ),
        expected,
        lambda careful: cotangent_spread_leaves(oracle, careful),
        kind="cotangent",
    )


def _without_special(case: Case) -> Case | None:
    """The case with ordinary numbers of the other sign in the place of special ones; None where there are none.

    Special is what is not finite, zero, subnormal, or as large as numbers get.
    """
    found = False

    def tamed(array: Array) -> Array:
        nonlocal found
        if not is_floating(array):
            return array
        limits, size = np.finfo(array.dtype), np.abs(array)
        special = ~((size >= limits.smallest_normal) & (size <= limits.max / 4))
        found |= bool(special.any())
        return np.where(special, -np.copysign(array.dtype.type(0.5), array), array)

    tame = replace(
        case,
        params={name: tamed(array) for name, array in case.params.items()},
        inputs=tuple(None if array is None else tamed(array) for array in case.inputs),
    )
    return tame if found else None


def _where_reached(actual: list[Named], expected: list[Named], plain: list[Named] | None) -> list[Named]:
    """All elements that special values make different; the others, which agreement judges, as expected."""
    if plain is None:
        return actual

    def judged(got: Array | None, want: Array | None, ordinary: Array | None) -> Array | None:
        if got is None or want is None or ordinary is None or not is_floating(want):
            return got
        return np.where(want != ordinary, got, want.astype(got.dtype))

    return [
        (name, judged(got, want, ordinary))
        for (name, got), (_, want), (_, ordinary) in zip(actual, expected, plain, strict=True)
    ]
