"""Broadcasting: shapes are aligned at their last dimensions, and a dimension of size 1 is repeated."""


def broadcast(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape to which both broadcast; ValueError if there is none."""
    shape = []
    for back in range(max(len(left), len(right)), 0, -1):
        here = left[-back] if back <= len(left) else 1
        there = right[-back] if back <= len(right) else 1
        if here != there and here != 1 and there != 1:
            raise ValueError(f"sizes {here} and {there} do not broadcast, in shapes {left} and {right}")
        shape.append(there if here == 1 else here)
    return tuple(shape)


def place(index: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Return where in row-major order an array of `shape` has what broadcasting puts at `index`."""
    found = 0
    for size, i in zip(shape, index[len(index) - len(shape) :], strict=True):
        found = found * size + (0 if size == 1 else i)
    return found
