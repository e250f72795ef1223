"""Law: the values are the reference's."""

from ..law import NotJudged
from ..tree import leaves
from ..trial import Trial, spread_leaves


def agreement(trial: Trial) -> None:
    """Every element of the output equals the float64 reference within the derived allowance."""
    output = trial.forward()
    if not trial.same_structure(output):
        raise NotJudged("the output has the wrong shape")
    trial.agree(
        trial.named_output(output),
        list(leaves(trial.oracle.output)),
        lambda careful: spread_leaves(trial.oracle, careful),
        exactly=trial.case.exact,
    )
