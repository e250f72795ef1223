"""batch_norm: modes, what is tracked, and how many elements share a mean."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, among, switches, x


def elements(case: Case) -> str:
    """How many elements share a mean."""
    count = x(case).size // x(case).shape[1]
    return str(count) if count < 3 else "several" if count < 200 else "large"


def channels(case: Case) -> str:
    """How many channels there are."""
    count = x(case).shape[1]
    return "1" if count == 1 else "several" if count < 100 else "large"


OPTIONS = (
    REGIME,
    Option("dimensions", ("2", "3", "4", "5"), lambda case: str(x(case).ndim)),
    Option("channels", ("1", "several"), channels, rare=("large",)),
    Option("elements of a channel", ("several",), elements, rare=("0", "1", "2", "large")),
    among("eps", 1e-05, 0.125, 0.001),
    among("momentum", 0.1, None, 0.7, 1.0),
    *switches("affine", "track_running_stats", "bias", "training"),
)

IMPOSSIBLE = (
    Impossible(
        "channels=large",
        (
            *("dimensions=3", "dimensions=4", "dimensions=5", "elements of a channel=0"),
            *("elements of a channel=1", "elements of a channel=2", "elements of a channel=large"),
        ),
        "what is large is small in all else",
    ),
    Impossible(
        "dimensions=5",
        tuple(f"elements of a channel={count}" for count in (0, 1, 2, "large")),
        "few, none and many are of fewer dimensions",
    ),
    Impossible(
        "elements of a channel=1",
        ("training=True", "track_running_stats=False"),
        "a mean of one element is refused",
    ),
)
