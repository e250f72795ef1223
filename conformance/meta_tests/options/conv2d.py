"""conv2d: convolution."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, among, size, switches
from ._windows import KERNEL_OF_ONE, windows


def groups_of(case: Case) -> str:
    """How the channels are grouped."""
    groups = case.config["groups"]
    if groups == 1:
        return "1"
    return "depthwise" if groups == case.config["in_channels"] else "several"


OPTIONS = (
    REGIME,
    *windows(strings=True),
    *switches("bias"),
    among("padding_mode", "zeros", "reflect", "replicate", "circular"),
    Option("groups", ("1", "several", "depthwise"), groups_of),
    size("in_channels", lambda case: case.config["in_channels"], empty=False),
    size("out_channels", lambda case: case.config["out_channels"], empty=False),
)

IMPOSSIBLE = (
    KERNEL_OF_ONE,
    Impossible(
        "padding=same",
        (*("form of stride=pair", "stride=overlapping", "stride=touching", "stride=apart"),),
        "padding 'same' has stride 1",
    ),
    *(
        Impossible(f"padding={p}", ("window=wider than the plane",), "a window must fit into the plane")
        for p in ("0", "valid")
    ),
    *(
        Impossible(f"groups={g}", ("in_channels=1", "out_channels=1"), "every group has a channel")
        for g in ("several", "depthwise")
    ),
    Impossible(
        "batch=large",
        (
            *("dilation=3", "groups=several", "groups=depthwise", "kernel_size=odd", "in_channels=several"),
            *("in_channels=large", "out_channels=several", "out_channels=large"),
        ),
        "what is large in one dimension is small in the others",
    ),
    *(
        Impossible(
            f"{name}=large",
            (
                *("dilation=3", "groups=several", "groups=depthwise", "kernel_size=odd"),
                *("batch=0", "batch=none", "batch=several"),
                *(("out_channels=large",) if name == "in_channels" else ()),
            ),
            "what is large in one dimension is small in the others",
        )
        for name in ("in_channels", "out_channels")
    ),
)
