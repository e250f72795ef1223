"""concat: how many tensors, joined where."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, counted


def shapes(case: Case) -> list[tuple[int, ...]]:
    """The shapes of the tensors that are like one another: of all but an empty vector beside others."""
    found = [array.shape for array in case.inputs if array is not None]
    return [shape for shape in found if shape != (0,)] or found


def tensors_of(case: Case) -> str:
    """How many tensors are joined."""
    count = len(case.inputs)
    return str(count) if count < 5 else "many"


def sizes_of(case: Case) -> str:
    """What their sizes along dim are."""
    sizes = {shape[case.config["dim"]] for shape in shapes(case)}
    return "with a 0" if 0 in sizes else "alike" if len(sizes) == 1 else "different"


def place_of(case: Case) -> str:
    """Where the dimension is among the others."""
    count = len(shapes(case)[0])
    axis = case.config["dim"] % count
    if count == 1:
        return "the only one"
    return "first" if axis == 0 else "last" if axis == count - 1 else "between"


def empty_of(case: Case) -> str:
    """Whether there is a vector without elements that need not be like the others."""
    ndim = len(shapes(case)[0])
    odd = any(array is not None and array.shape == (0,) for array in case.inputs)
    return str(odd and ndim > 1)


def longest(case: Case) -> str:
    """The class of the longest dimension of the first tensor that counts."""
    value = max(shapes(case)[0])
    return "short" if value < 100 else "large"


OPTIONS = (
    REGIME,
    counted("dim"),
    Option("tensors", ("1", "2", "3", "4", "many"), tensors_of),
    Option("dimensions", tuple(map(str, range(1, 6))), lambda case: str(len(shapes(case)[0]))),
    Option("place of dim", ("the only one", "first", "between", "last"), place_of),
    Option("sizes along dim", ("alike", "different", "with a 0"), sizes_of),
    Option("empty vector beside", ("False",), empty_of, ("True",)),
    Option("longest dimension", ("short",), longest, ("large",)),
)

IMPOSSIBLE = (
    Impossible(
        "dimensions=1",
        ("place of dim=first", "place of dim=between", "place of dim=last", "empty vector beside=True"),
        "a vector has one dimension, and an empty one is like it",
    ),
    Impossible("dimensions=2", ("place of dim=between", "place of dim=the only one"), "there are two"),
    *(Impossible(f"dimensions={n}", ("place of dim=the only one",), "there are several") for n in (3, 4, 5)),
    *(
        Impossible(f"dimensions={n}", ("longest dimension=large",), "what is large has two dimensions")
        for n in (3, 4, 5)
    ),
    Impossible("place of dim=between", ("longest dimension=large",), "what is large has two dimensions"),
    Impossible("place of dim=the only one", ("empty vector beside=True",), "it is like the other vectors"),
    Impossible(
        "tensors=1",
        ("sizes along dim=different", "empty vector beside=True"),
        "a single tensor has no other beside it",
    ),
)
