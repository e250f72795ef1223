"""Options that convolution and pooling have in common."""

from conformance.case import Case
from conformance.operations._windows import pair, span

from ._option import Impossible, Option, batch, form, x


def rows(case: Case) -> tuple[int, int, int, int, int]:
    """(size, kernel, stride, dilation, padding) along rows; the padding of a string is what it comes to."""
    config = case.config
    kernel = pair(config["kernel_size"])[0]
    dilation, padding = pair(config.get("dilation", 1))[0], config["padding"]
    if isinstance(padding, str):
        padding = (span(kernel, dilation) - 1) // 2 if padding == "same" else 0
    return x(case).shape[-2], kernel, pair(config["stride"] or kernel)[0], dilation, pair(padding)[0]


def stride_of(case: Case) -> str:
    """A stride against what its window reaches over."""
    _, kernel, stride, dilation, _ = rows(case)
    reach = span(kernel, dilation)
    return (
        "1"
        if stride == 1
        else "overlapping"
        if stride < reach
        else "touching"
        if stride == reach
        else "apart"
    )


def padding_of(case: Case) -> str:
    """The padding of the rows, or the string."""
    padding = case.config["padding"]
    return padding if isinstance(padding, str) else "some" if pair(padding)[0] else "0"


def kernel_of(case: Case) -> str:
    """The parity of the kernel's rows."""
    _, kernel, *_ = rows(case)
    return "1" if kernel == 1 else "odd" if kernel % 2 else "even"


def fit_of(case: Case) -> str:
    """Whether the plane has fewer rows than a window reaches over."""
    count, kernel, _, dilation, _ = rows(case)
    return "wider than the plane" if span(kernel, dilation) > count else "fits"


def end_of(case: Case) -> str:
    """What the last window of the rows does, rounded up."""
    count, kernel, stride, dilation, padding = rows(case)
    over = (count + 2 * padding - span(kernel, dilation)) % stride
    starts = -(-(count + 2 * padding - span(kernel, dilation)) // stride) * stride
    if not over:
        return "ends with the plane"
    return "would start in the padding" if starts >= count + padding else "hangs over"


def windows(*, dilated: bool = True, strings: bool = False) -> tuple[Option, ...]:
    """What convolution and pooling have in common."""
    return (
        form("kernel_size"),
        Option("kernel_size", ("1", "odd", "even"), kernel_of),
        Option("window", ("fits", "wider than the plane"), fit_of),
        form("stride", optional=not strings),
        Option("stride", ("1", "overlapping", "touching", "apart"), stride_of),
        Option("padding", ("0", "some", *(("same", "valid") if strings else ())), padding_of),
        *(
            (
                form("dilation"),
                Option("dilation", ("1", "2", "3"), lambda case: str(pair(case.config["dilation"])[0])),
            )
            if dilated
            else ()
        ),
        Option("batch", ("none", "1", "several"), lambda case: batch(case, 3), rare=("0", "large")),
    )


END = Option("end", ("ends with the plane", "hangs over", "would start in the padding"), end_of)

KERNEL_OF_ONE = Impossible(
    "kernel_size=1",
    ("stride=overlapping", "stride=touching", "window=wider than the plane"),
    "a kernel of one row reaches over one, and a stride of 1 is counted as 1",
)

POOLS = (
    KERNEL_OF_ONE,
    Impossible("kernel_size=1", ("end=hangs over",), "a window of one row cannot hang over"),
    Impossible("stride=1", ("end=hangs over", "end=would start in the padding"), "nothing is rounded"),
    Impossible("kernel_size=1", ("padding=some",), "a pool pads by at most half of its kernel"),
    Impossible("form of stride=None", ("stride=apart",), "the stride is the kernel's size"),
)
"""What no pool has."""
