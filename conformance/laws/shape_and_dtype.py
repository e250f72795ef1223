"""Law: the output has the reference's nesting, shapes and dtypes."""

from ..kernel import Malformed
from ..law import Violation
from ..tree import Tree, leaves, structure
from ..trial import Trial


def shape_and_dtype(trial: Trial) -> None:
    """The output is nested as PyTorch's, and every array has its shape and dtype."""
    try:
        output = trial.forward()
    except Malformed as fault:
        raise Violation(str(fault), kind=fault.kind) from fault
    expected = trial.oracle.output
    trial.require(
        structure(output) == structure(expected),
        f"the output is nested as {structure(output)}, expected {structure(expected)}",
        kind="structure",
        expected=structure(expected),
        actual=structure(output),
    )
    for (name, got), (_, want) in zip(trial.named_output(output), leaves(expected), strict=True):
        if got is None or want is None:
            continue  # left out by both
        trial.require(
            got.shape == want.shape,
            f"{name} has shape {got.shape}, expected {want.shape}",
            kind="shape",
            expected=_shapes(expected),
            actual=_shapes(output),
        )
        dtype = trial.case.dtype if want.dtype.kind == "f" else want.dtype.name
        trial.require(
            got.dtype.name == dtype and got.dtype.isnative,
            f"{name} has dtype {got.dtype}, expected {dtype}",
            kind="dtype",
            expected=dtype,
            actual=got.dtype,
        )


def _shapes(tree: Tree) -> str:
    return ", ".join(f"{path} {leaf.shape}" for path, leaf in leaves(tree) if leaf is not None)
