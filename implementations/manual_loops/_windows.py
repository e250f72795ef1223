"""Windows that slide over a plane: their sizes, and which cells a pooling window covers."""


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """Return (vertical, horizontal); one number stands for both."""
    if isinstance(value, int):
        return value, value
    vertical, horizontal = value
    return vertical, horizontal


def check_positive(name: str, value: tuple[int, int]) -> None:
    """Raise ValueError unless both numbers are at least 1."""
    if min(value) < 1:
        raise ValueError(f"{name} must be positive, got {value}")


def check_pool(
    shape: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> None:
    """Raise ValueError for what no pooling accepts."""
    if len(shape) not in (3, 4):
        raise ValueError(f"x must be (C, H, W) or (N, C, H, W), got shape {shape}")
    if 0 in shape[-3:]:
        raise ValueError(f"only the batch may be empty, got shape {shape}")
    check_positive("kernel_size", kernel)
    check_positive("stride", stride)
    check_positive("dilation", dilation)
    for kernel_length, margin in zip(kernel, padding, strict=True):
        if not 0 <= margin <= kernel_length // 2:
            raise ValueError(f"padding must be within 0 and half of kernel_size {kernel}, got {padding}")


def pooled_size(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """Return the number of windows along one dimension; ValueError if there is none."""
    travel = size + 2 * padding - dilation * (kernel - 1) - 1
    count = travel // stride + 1
    if ceil_mode:
        count = -(-travel // stride) + 1
        # A window must start inside the input or the padding before it, never in the padding behind it.
        if (count - 1) * stride >= size + padding:
            count -= 1
    if count < 1:
        raise ValueError(f"the output would be empty: size {size}, kernel {kernel}, padding {padding}")
    return count


def window(start: int, kernel: int, dilation: int, size: int) -> list[int]:
    """Return the positions of one window that lie within 0 .. size - 1."""
    return [start + p * dilation for p in range(kernel) if 0 <= start + p * dilation < size]
