"""Padding for a convolution: how much of it, and what stands in the padded cells."""

from ._windows import pair

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def margins(
    padding: int | tuple[int, int] | str,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return ((top, bottom), (left, right)); ValueError for an unknown word, or 'same' with a stride."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        if stride != (1, 1):
            raise ValueError(f"padding 'same' needs stride 1, got {stride}")
        vertical = dilation[0] * (kernel[0] - 1)
        horizontal = dilation[1] * (kernel[1] - 1)
        # An odd cell goes below and to the right.
        top, left = vertical // 2, horizontal // 2
        return (top, vertical - top), (left, horizontal - left)
    if isinstance(padding, str):
        raise ValueError(f"padding must be a number, a pair, 'same' or 'valid', got {padding!r}")
    vertical, horizontal = pair(padding)
    return (vertical, vertical), (horizontal, horizontal)


def check_margin(before: int, after: int, size: int, mode: str) -> None:
    """Raise ValueError where `mode` cannot fill the margins of a dimension."""
    margin = max(before, after)
    # In the other modes a negative margin crops, as in PyTorch.
    if mode == "zeros" and min(before, after) < 0:
        raise ValueError(f"padding must not be negative, got {min(before, after)}")
    if mode == "reflect" and margin >= size:
        raise ValueError(f"reflect needs padding below the input size {size}, got {margin}")
    if mode == "circular" and margin > size:
        raise ValueError(f"circular needs padding of at most the input size {size}, got {margin}")


def source(position: int, size: int, mode: str) -> int | None:
    """Return the cell of 0 .. size - 1 that `position`, which may lie outside, repeats; None for a zero."""
    if 0 <= position < size:
        return position
    if mode == "reflect":
        return -position if position < 0 else 2 * (size - 1) - position
    if mode == "replicate":
        return 0 if position < 0 else size - 1
    if mode == "circular":
        return position % size
    return None
