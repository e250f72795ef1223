"""multihead_attention: projections, masks, added keys, what is shown, and all sizes."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, batch, size, switches, x


def width(name: str) -> Option:
    """The number of features of key or value; another one than the query's makes three weights of one."""

    def of(case: Case) -> str:
        value, features = case.config[name], case.config["embed_dim"]
        if value is None or value == features:
            return "None" if value is None else "embed_dim"
        return "another" if value < 100 else "large"

    return Option(name, ("None", "embed_dim", "another"), of, ("large",))


def padding_of(case: Case) -> str:
    """The kind of key_padding_mask."""
    mask = case.inputs[3]
    return "none" if mask is None else "boolean" if mask.dtype.kind == "b" else "floating"


def mask_of(case: Case) -> str:
    """The kind of attn_mask, and whether every head has its own."""
    mask = case.inputs[4]
    if mask is None:
        return "none"
    kind = "boolean" if mask.dtype.kind == "b" else "floating"
    return kind if mask.ndim == 2 else f"{kind}, of heads"


def added_of(case: Case) -> str:
    """Which keys are added."""
    names = [name for name in ("bias", "zeros") if case.config[ADDED[name]]]
    return "both" if len(names) == 2 else names[0] if names else "none"


ADDED = {"bias": "add_bias_kv", "zeros": "add_zero_attn"}


def weights_of(case: Case) -> str:
    """Which weights are shown."""
    if not case.config["need_weights"]:
        return "none"
    return "averaged" if case.config["average_attn_weights"] else "of heads"


def _positions(case: Case, index: int) -> int:
    array = case.inputs[index]
    assert array is not None
    places: tuple[int, ...] = array.shape
    return places[1 if case.config["batch_first"] and array.ndim == 3 else 0]


OPTIONS = (
    REGIME,
    *switches("bias", "batch_first", "is_causal"),
    width("kdim"),
    width("vdim"),
    Option("padding", ("none", "boolean", "floating"), padding_of),
    Option("mask", ("none", "boolean", "boolean, of heads", "floating", "floating, of heads"), mask_of),
    Option("added keys", ("none", "bias", "zeros", "both"), added_of),
    Option("weights", ("none", "averaged", "of heads"), weights_of),
    Option(
        "batch",
        ("none", "1", "several"),
        lambda case: batch(case, 2, 0 if case.config["batch_first"] else 1),
        ("0", "large"),
    ),
    size("queries", lambda case: _positions(case, 0)),
    size("keys", lambda case: _positions(case, 1)),
    size("heads", lambda case: case.config["num_heads"], empty=False, large=64),
    size(
        "features of a head",
        lambda case: x(case).shape[-1] // case.config["num_heads"],
        empty=False,
        large=64,
    ),
)

_EXTENTS = ("batch", "queries", "keys", "heads", "features of a head", "kdim", "vdim")
_MAY_BE_EMPTY = ("batch", "queries", "keys")

IMPOSSIBLE = (
    Impossible("is_causal=True", ("mask=none",), "it is refused"),
    Impossible(
        "is_causal=True",
        ("mask=boolean, of heads", "mask=floating, of heads"),
        "the causal mask is one for all",
    ),
    *(
        Impossible(
            f"{one}=large",
            (
                *(f"{other}=large" for other in _EXTENTS[i + 1 :]),
                *(f"{other}=0" for other in _MAY_BE_EMPTY if other != one),
            ),
            "what is large in one dimension is small, and not empty, in the others",
        )
        for i, one in enumerate(_EXTENTS)
    ),
    *(
        Impossible(f"{one}=large", ("batch=several",), "there are as many weights as a scalar loop can bear")
        for one in ("heads", "features of a head")
    ),
    Impossible("heads=large", ("features of a head=several",), "many heads have one feature each"),
    Impossible("batch=0", ("queries=0", "keys=0"), "one size is 0"),
    Impossible("queries=0", ("keys=0",), "one size is 0"),
)
