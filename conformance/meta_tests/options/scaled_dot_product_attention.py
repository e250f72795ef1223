"""scaled_dot_product_attention: masks, scales, groups of heads and all sizes."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, size, switches, x


def scale_of(case: Case) -> str:
    """The kind of scale."""
    scale = case.config["scale"]
    return "None" if scale is None else "positive" if scale > 0 else "negative"


def mask_of(case: Case) -> str:
    """The kind of mask, and whether it has the shape of the scores."""
    query, key, _, mask = case.inputs
    assert query is not None and key is not None
    if mask is None:
        return "none"
    heads = (query.shape[-3],) if case.config["enable_gqa"] else ()
    places = [(*shape[: -2 - len(heads)], *heads) for shape in (query.shape, key.shape)]
    whole = (*_broadcast(*places), query.shape[-2], key.shape[-2])
    kind = "boolean" if mask.dtype.kind == "b" else "floating"
    return kind if mask.shape == whole else f"{kind}, broadcast"


def _broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    longest = max(map(len, shapes))
    padded = [(1,) * (longest - len(shape)) + shape for shape in shapes]
    return tuple(next((size for size in sizes if size != 1), 1) for sizes in zip(*padded, strict=True))


def leading_of(case: Case) -> str:
    """Whether the leading dimensions of query, key and value, less those of the heads, are the same."""
    kept = -3 if case.config["enable_gqa"] else -2
    shapes = {array.shape[:kept] for array in case.inputs[:3] if array is not None}
    return "none" if shapes == {()} else "alike" if len(shapes) == 1 else "broadcast"


def groups_of(case: Case) -> str:
    """How many heads of the query share one of the key."""
    if not case.config["enable_gqa"]:
        return "none"
    key = case.inputs[1]
    assert key is not None
    return "1" if x(case).shape[-3] == key.shape[-3] else "several"


def _shape(case: Case, position: int) -> tuple[int, ...]:
    array = case.inputs[position]
    assert array is not None
    return array.shape


OPTIONS = (
    REGIME,
    *switches("is_causal", "enable_gqa"),
    Option("scale", ("None", "positive", "negative"), scale_of),
    Option("mask", ("none", "boolean", "boolean, broadcast", "floating", "floating, broadcast"), mask_of),
    Option("groups", ("none", "1", "several"), groups_of),
    Option("leading dimensions", ("none", "alike", "broadcast"), leading_of),
    size("queries", lambda case: _shape(case, 0)[-2]),
    size("keys", lambda case: _shape(case, 1)[-2]),
    size("features", lambda case: _shape(case, 0)[-1], empty=False),
    size("width", lambda case: _shape(case, 2)[-1]),
)

_EXTENTS = ("queries", "keys", "features", "width")

IMPOSSIBLE = (
    Impossible(
        "is_causal=True",
        ("mask=boolean", "mask=boolean, broadcast", "mask=floating", "mask=floating, broadcast"),
        "it is refused",
    ),
    Impossible("enable_gqa=True", ("groups=none",), "heads are grouped or they are not"),
    Impossible("enable_gqa=False", ("groups=1", "groups=several"), "heads are grouped or they are not"),
    *(
        Impossible(
            f"{one}=large",
            tuple(f"{other}=large" for other in _EXTENTS[i + 1 :])
            + tuple(f"{other}=0" for other in _EXTENTS if other not in (one, "features"))
            + tuple(f"{other}=1" for other in _EXTENTS[2:] if other != one),
            "what is large in one dimension is small, and several in features and width, in the others",
        )
        for i, one in enumerate(_EXTENTS)
    ),
    Impossible("queries=0", ("keys=0", "width=0"), "one size is 0"),
    Impossible("keys=0", ("width=0",), "one size is 0"),
)
