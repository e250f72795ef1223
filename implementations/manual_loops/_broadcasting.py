"""Broadcasting by index: where an element of a large array comes from in a small one."""


def together(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that all broadcast to; ValueError if there is none."""
    whole: list[int] = []
    for place in range(1, max(map(len, shapes)) + 1):
        sizes = {shape[-place] for shape in shapes if len(shape) >= place} - {1}
        if len(sizes) > 1:
            raise ValueError(f"the shapes {', '.join(map(str, shapes))} do not broadcast")
        whole.insert(0, sizes.pop() if sizes else 1)
    return tuple(whole)


def row_of(at: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """The number, in row-major order, of the element of `shape` that broadcasting brings to `at`."""
    row = 0
    for place, size in enumerate(shape, len(at) - len(shape)):
        row = row * size + (at[place] if size > 1 else 0)
    return row
