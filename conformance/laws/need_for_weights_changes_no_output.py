"""Law: weights are shown, or they are not."""

from ..trial import Trial
from ._attention import between_projections


def need_for_weights_changes_no_output(trial: Trial) -> None:
    """The output is the same whether its weights are asked for or not."""
    query, key, *_ = between_projections(trial.case)
    if not query.size or not key.size:
        return  # there PyTorch cannot reshape a mask
    # Without the hint, which is about the way to the result alone.
    plain = trial.case.with_config(is_causal=False)
    shown, alone = (plain.with_config(need_weights=needed) for needed in (True, False))
    output = trial.run(shown)
    assert isinstance(output, tuple)
    trial.agree_with_each_other((output[0], None), trial.run(alone), alone, "with weights")
