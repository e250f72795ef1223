"""Law: NaN, infinities, signed zeros and subnormals are treated as the reference treats them."""

from ..law import NotJudged
from ..tree import leaves
from ..trial import Trial, cotangent_spread_leaves, spread_leaves


def special_values(trial: Trial) -> None:
    """NaN, infinities and subnormals in the inputs come out, forward and backward, where PyTorch has them."""
    output = trial.forward()
    if not trial.same_structure(output):
        raise NotJudged("the output has the wrong shape")
    oracle = trial.oracle
    trial.agree(
        trial.named_output(output),
        list(leaves(oracle.output)),
        lambda careful: spread_leaves(oracle, careful),
    )
    if trial.kernel.vjp is None:
        return
    _, cotangents = trial.vjp()
    trial.agree(
        trial.named_cotangents(cotangents),
        trial.named_cotangents(oracle.cotangents),
        lambda careful: cotangent_spread_leaves(oracle, careful),
        kind="cotangent",
    )
