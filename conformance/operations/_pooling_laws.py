"""What pooling does to the size of its input."""

import math

import numpy as np

from ..comparison import allowance
from ..tree import Array
from ..trial import Trial, spread_leaves
from ._windows import grown, pair


def differences_do_not_grow(trial: Trial) -> None:
    """The largest difference between two inputs is at least that between their maxima."""
    x, values = _values(trial)
    # Rounding is monotonic, so that no allowance is needed.
    other = x + (np.arange(x.size) % 2 + 1).reshape(x.shape).astype(x.dtype)
    case = trial.case.with_config(return_indices=False)
    found = trial.run(case.with_inputs(other))
    assert isinstance(found, np.ndarray)
    before, after = _largest(other, x), _largest(found, values)
    trial.require(
        after <= before,
        f"two inputs differ by at most {before:.9g}, but their maxima by {after:.9g}",
        expected=f"at most {before:.9g}",
        actual=f"{after:.9g}",
    )


def maximum_moves_freely(trial: Trial) -> None:
    """A maximum that moves inside its window changes nothing."""
    (x,) = trial.case.inputs
    assert x is not None
    kernel = pair(trial.case.config["kernel_size"])
    # Disjoint windows that fill the plane; each is turned by half a turn.
    x = grown(x, kernel)
    rows, columns = (size - size % k for size, k in zip(x.shape[-2:], kernel, strict=True))
    full = x[..., :rows, :columns].copy()
    windows = full.reshape(*x.shape[:-2], rows // kernel[0], kernel[0], columns // kernel[1], kernel[1])
    turned = windows[..., ::-1, :, ::-1].reshape(full.shape).copy()
    case = trial.case.with_config(
        stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False
    ).with_inputs(full)
    before, after = trial.run(case), trial.run(case.with_inputs(turned))
    assert isinstance(before, np.ndarray) and isinstance(after, np.ndarray)
    trial.require(
        np.array_equal(before, after),
        "the maxima change where the cells of each window change places",
        expected=before,
        actual=after,
    )


def norm_shrinks(trial: Trial) -> None:
    """Over disjoint windows of k x k cells, the means have at most 1/k of the 2-norm of the input."""
    (x,) = trial.case.inputs
    assert x is not None
    kernel = pair(trial.case.config["kernel_size"])
    # Of one sign, so that means are not small and the bound is nearly reached.
    case = trial.case.with_config(stride=None, padding=0, ceil_mode=False, divisor_override=None).with_inputs(
        grown(np.abs(x), kernel)
    )
    y, (inputs,) = trial.run(case), case.inputs
    bound = _norm(inputs) / math.sqrt(kernel[0] * kernel[1])
    oracle = trial.oracle_of(case)

    def allowed() -> float:
        (spread,), expected = spread_leaves(oracle, careful=True), oracle.output
        assert isinstance(expected, np.ndarray)
        return _norm(allowance(expected, spread, trial.arithmetic))

    trial.require(
        _norm(y) <= bound or _norm(y) <= bound + allowed(),
        f"the means have the norm {_norm(y):.9g}, more than {bound:.9g}",
        expected=f"at most {bound:.9g}",
        actual=f"{_norm(y):.9g}",
    )


def _values(trial: Trial) -> tuple[Array, Array]:
    """The input, and the kernel's maxima without their indices."""
    (x,) = trial.case.inputs
    values = trial.run(trial.case.with_config(return_indices=False))
    assert isinstance(x, np.ndarray) and isinstance(values, np.ndarray)
    return x, values


def _largest(left: Array, right: Array) -> float:
    return float(np.abs(left - right).max(initial=0.0))


def _norm(tree: object) -> float:
    assert isinstance(tree, np.ndarray)
    return float(np.linalg.norm(tree.astype(np.float64).ravel()))
