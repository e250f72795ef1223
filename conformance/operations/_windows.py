"""Sliding windows along one axis: what convolution and pooling share when they draw a case."""

from ..case import Case
from ..drawing import Draw
from ..laws._windows import Pair
from ..laws._windows import pair as pair
from ..laws._windows import span as span
from ..operation import Samples


def large(draw: Draw, *names: str, one_in: int = 30) -> dict[str, int]:
    """In one case of `one_in` a size beyond a block for one of `names`, else nothing."""
    return {draw.choice(names): draw.choice((256, 257))} if draw.rarely(one_in) else {}


def batch(draw: Draw) -> tuple[int, ...]:
    """A batch dimension, in one case of four none, and rarely an empty one."""
    return () if draw.integer(0, 3) == 3 else (draw.size(3),)


def plane(draw: Draw, lowest: Pair) -> Pair:
    """Rows and columns, each of at least `lowest`; now and then more columns than a vector register has lanes."""
    rows, columns = lowest
    more = (0, 0, 1, 2, 3, 4)
    return max(rows, 1) + draw.choice(more), max(columns, 1) + draw.choice((*more, *more, 17))


def planes(draw: Draw, lowest: Pair) -> tuple[int, ...]:
    """The shape of a pool's input; large in one dimension, it is small in all others."""
    sizes = large(draw, "batch", "channels", "columns")
    if not sizes:
        return (*batch(draw), draw.integer(1, 4), *plane(draw, lowest))
    rows, columns = (max(size, 1) for size in lowest)
    return (
        *((sizes["batch"],) if "batch" in sizes else ()),
        sizes.get("channels", 1),
        rows,
        max(columns, sizes.get("columns", 1)),
    )


def pool_padding(draw: Draw, kernel: Pair) -> int | Pair:
    """A pool's padding: at most half of the kernel."""
    rows, columns = kernel[0] // 2, kernel[1] // 2
    if draw.boolean():
        return draw.integer(0, rows), draw.integer(0, columns)
    return draw.integer(0, min(rows, columns))


def samples(case: Case) -> Samples:
    """A batch of planes, in front of the channels; max pooling may have two outputs."""
    (x,) = case.inputs
    assert x is not None
    outputs = 1 + bool(case.config.get("return_indices"))
    return Samples(inputs=(0,), outputs=(0,) * outputs, batched=x.ndim == 4)
