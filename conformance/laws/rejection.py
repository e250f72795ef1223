"""Law: what PyTorch refuses is refused."""

from ..kernel import Arguments, CallFault, Raised, Refused, call_forward, call_vjp
from ..operation import Rejection
from ..trial import Trial


def rejection(trial: Trial) -> None:
    """Invalid input raises ValueError (NotImplementedError for an option that is not supported)."""
    assert isinstance(trial.entry, Rejection)
    calls = {"forward()": call_forward}
    if trial.kernel.vjp is not None:
        calls["vjp()"] = call_vjp  # type: ignore[assignment]
    for name, call in calls.items():
        outcome, kind = "returned a result", f"accepted: {trial.entry.name}"
        try:
            call(trial.kernel, trial.case, Arguments.of(trial.case))
        except Refused:
            outcome = "ValueError"
        except Raised as fault:
            outcome = "ValueError" if isinstance(fault.original, ValueError) else f"raised {fault}"
            kind = fault.kind
        except CallFault:
            pass
        trial.require(
            outcome == "ValueError",
            f"{trial.entry.name}: {name} {outcome}, expected a ValueError",
            kind=kind,
            expected="ValueError",
            actual=outcome,
        )
