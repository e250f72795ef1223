"""cross_entropy: cross-entropy."""

from conformance.case import Case

from ._option import REDUCTION, REGIME, Impossible, Option, batch, x


def smoothing_of(case: Case) -> str:
    """How much labels are smoothed."""
    smoothing = case.config["label_smoothing"]
    return {0.0: "0", 1.0: "1"}.get(smoothing, "between")


def ignore_of(case: Case) -> str:
    """Where ignore_index lies."""
    index, shape = case.config["ignore_index"], x(case).shape
    classes = shape[0] if len(shape) == 1 else shape[1]
    return str(index) if index < 0 else "a class" if index < classes else "beyond the classes"


def target_of(case: Case) -> str:
    """The kind of target, and how many of its indices are ignored."""
    target = case.inputs[1]
    assert target is not None
    if target.dtype.kind == "f":
        return "probabilities"
    ignored = target == case.config["ignore_index"]
    return "indices" if not ignored.any() else "all ignored" if ignored.all() else "some ignored"


def weight_of(case: Case) -> str:
    """Class weights."""
    weight = case.params.get("weight")
    return "none" if weight is None else "positive" if weight.all() else "with a zero"


OPTIONS = (
    REGIME,
    REDUCTION,
    Option("label_smoothing", ("0", "between", "1"), smoothing_of),
    Option("ignore_index", ("-100", "-1", "a class", "beyond the classes"), ignore_of),
    Option("target", ("probabilities", "indices", "some ignored"), target_of, rare=("all ignored",)),
    Option("weight", ("none", "positive", "with a zero"), weight_of),
    Option("dimensions", ("1", "2", "3", "4"), lambda case: str(x(case).ndim)),
    Option("batch", ("none", "1", "several"), lambda case: batch(case, 1), rare=("0", "large")),
)

IMPOSSIBLE = (
    Impossible(
        "dimensions=1",
        ("batch=0", "batch=1", "batch=several", "batch=large", "target=some ignored"),
        "one dimension are the classes of a single sample",
    ),
    Impossible(
        "batch=none",
        ("dimensions=2", "dimensions=3", "dimensions=4", "target=some ignored"),
        "without a batch there is a single sample",
    ),
    Impossible(
        "batch=large",
        ("dimensions=3", "dimensions=4"),
        "what is large in one dimension is small in the others",
    ),
    Impossible("batch=0", ("target=some ignored", "target=all ignored"), "there is no target"),
    Impossible(
        "target=probabilities",
        ("ignore_index=a class", "ignore_index=beyond the classes"),
        "it is refused",
    ),
)
