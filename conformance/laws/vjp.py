"""Law: the pullback gives the reference's cotangents."""

from ..law import NotJudged
from ..tree import leaves
from ..trial import Trial, cotangent_spread_leaves, spread_leaves


def vjp(trial: Trial) -> None:
    """The cotangents of all params and inputs equal the reference's, for a random cotangent of every output."""
    output, cotangents = trial.vjp()
    if not trial.same_structure(output):
        raise NotJudged("the output of vjp() has the wrong shape")
    oracle = trial.oracle
    for name, got in trial.named_cotangents(cotangents):
        trial.require(
            got is None or (got.dtype.name == trial.case.dtype and got.dtype.isnative),
            f"{name} has dtype {None if got is None else got.dtype}, expected {trial.case.dtype}",
            kind="dtype",
        )

    trial.agree(
        trial.named_cotangents(cotangents),
        trial.named_cotangents(oracle.cotangents),
        lambda careful: cotangent_spread_leaves(oracle, careful),
        exactly=trial.case.exact,
    )
    # Counted after the cotangents, so that a wrong forward does not hide behind them and is not blamed on them.
    informed = trial.informed
    trial.agree(
        [(f"{name} returned by vjp()", leaf) for name, leaf in trial.named_output(output)],
        list(leaves(oracle.output)),
        lambda careful: spread_leaves(oracle, careful),
        exactly=trial.case.exact,
        kind="output",
    )
    trial.informed = informed
