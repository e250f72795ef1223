"""Law: NaN, infinities, signed zeros and subnormals are treated as the reference treats them."""

from ..law import NotJudged
from ..tree import leaves
from ..trial import Trial, spread_leaves


def special_values(trial: Trial) -> None:
    """NaN, infinities and subnormals in the inputs come out where, and as what, PyTorch has them."""
    output = trial.forward()
    if not trial.same_structure(output):
        raise NotJudged("the output has the wrong shape")
    trial.agree(
        trial.named_output(output),
        list(leaves(trial.oracle.output)),
        lambda careful: spread_leaves(trial.oracle, careful),
    )
