"""Law: in evaluation no sample sees another one."""

from ..trial import Trial
from .batch_is_independent import batch_is_independent


def evaluated_samples_are_independent(trial: Trial) -> None:
    """In evaluation by running statistics, changing one sample changes no other sample's output and cotangent."""
    config = trial.case.config
    if config["track_running_stats"] and not config["training"]:
        batch_is_independent(trial)
