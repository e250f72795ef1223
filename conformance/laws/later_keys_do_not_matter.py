"""Law: what causal means."""

from ..trial import Trial
from ._attention import attended
from ._single import output_of


def later_keys_do_not_matter(trial: Trial) -> None:
    """Under is_causal, the outputs of the first queries are those of as many keys and values alone."""
    case = trial.case
    query, key, value, _ = attended(case)
    shorter = min(query.shape[-2], key.shape[-2])
    if not case.config["is_causal"] or shorter == 0:
        return
    first = max(shorter // 2, 1)
    start = case.with_inputs(*(x[..., :first, :].copy() for x in (query, key, value)), None)
    whole = output_of(trial)[..., :first, :].copy()
    trial.agree_with_each_other(whole, output_of(trial, start), start, "the first outputs")
