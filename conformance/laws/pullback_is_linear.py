"""Law: a pullback is a linear map."""

import numpy as np

from ..tree import Array, Tree, map_leaves
from ..trial import Trial, cotangent_spread_leaves
from ._answers import flat, own_answer, pulled_back


def pullback_is_linear(trial: Trial) -> None:
    """The pullback of 2 a - 3 b is 2 times that of a, less 3 times that of b."""
    case = trial.case
    _, of_a = own_answer(trial)
    assert of_a is not None
    if case.exact:
        backwards = map_leaves(lambda leaf: np.flip(leaf).copy(), case.cotangent)
        of_b, of_sum = pulled_back(trial, [backwards, _combined(case.cotangent, backwards)])
        expected = [_sum(a, b) for a, b in zip(flat(of_a), flat(of_b), strict=True)]
        actual = flat(of_sum)
    else:
        # b = 2 a: by -4 all is scaled without an error, so that the allowance of the case itself will do. A
        # quarter is compared, since what is rounded to a subnormal number must not be enlarged.
        (of_sum,) = pulled_back(trial, [map_leaves(lambda leaf: np.asarray(-4 * leaf), case.cotangent)])
        expected = flat(of_a)
        actual = [None if leaf is None else np.asarray(leaf / -4) for leaf in flat(of_sum)]
    names = [name for name, _ in trial.named_cotangents(of_a)]
    trial.agree(
        list(zip(names, actual, strict=True)),
        list(zip(names, expected, strict=True)),
        lambda careful: cotangent_spread_leaves(trial.oracle, careful),
        exactly=case.exact,
        shares=2,
        kind="cotangent",
    )


def _sum(a: Array | None, b: Array | None) -> Array | None:
    return None if a is None or b is None else np.asarray(2 * a - 3 * b)


def _combined(a: Tree, b: Tree) -> Tree:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return tuple(map(_combined, a, b))
    assert not isinstance(a, tuple | dict) and not isinstance(b, tuple | dict)
    return _sum(a, b)
