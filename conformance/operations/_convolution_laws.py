"""What a convolution is: a sparse, shared dense layer; linear; translation-equivariant; local."""

from dataclasses import replace

import numpy as np

from ..law import NotJudged
from ..tree import Array
from ..trial import Trial
from ._toeplitz import taps, toeplitz
from ._windows import grown, pair, span


def equals_toeplitz_matrix(trial: Trial) -> None:
    """A convolution is a dense layer whose matrix is sparse and shared."""
    case, x, y = trial.case, _array(trial.case.inputs[0]), _output(trial)
    matrix = toeplitz(case.params["weight"], case.config, (x.shape[-2], x.shape[-1]))
    dense = np.tensordot(x.astype(np.float64), matrix, axes=((-3, -2, -1), (-3, -2, -1)))
    if "bias" in case.params:
        dense += case.params["bias"].astype(np.float64)[:, None, None]
    trial.agree_with_each_other(y, dense, what="the convolution against its matrix")


def is_linear(trial: Trial) -> None:
    """Without its bias, a convolution of 2 a - 3 b is 2 times that of a, less 3 times that of b."""
    case = trial.case
    if not case.exact:
        return
    plain = replace(case.with_config(bias=False), params={"weight": case.params["weight"]}, cotangent=None)
    a = _array(case.inputs[0])
    b = np.flip(a, axis=(-3, -2, -1)).copy()
    combined = plain.with_inputs(2 * a - 3 * b)
    of_a, of_b = _array(trial.run(plain)), _array(trial.run(plain.with_inputs(b)))
    trial.agree_with_each_other(trial.run(combined), 2 * of_a - 3 * of_b, combined, "2 a - 3 b")


def is_translation_equivariant(trial: Trial) -> None:
    """Inside the border, an input shifted by the stride gives the output shifted by one cell."""
    case = trial.case
    x = _array(case.inputs[0])
    kernel, dilation, stride = (pair(case.config[name]) for name in ("kernel_size", "dilation", "stride"))
    # Room for two windows, so that there is something to compare.
    rows, columns = (span(k, d) + s for k, d, s in zip(kernel, dilation, stride, strict=True))
    ample = grown(x, (rows, columns))
    whole = case.with_config(padding=0).with_inputs(ample)
    shifted = whole.with_inputs(ample[..., stride[0] :, stride[1] :].copy())
    y = _array(trial.run(whole))
    trial.agree_with_each_other(trial.run(shifted), y[..., 1:, 1:], shifted, "the shifted input")


def is_local(trial: Trial) -> None:
    """What lies outside of an output's window does not change it."""
    case, x, y = trial.case, _array(trial.case.inputs[0]), _output(trial)
    rows, columns = taps(case.config, (x.shape[-2], x.shape[-1]))
    i, j = y.shape[-2] // 2, y.shape[-1] // 2
    window = np.outer(rows[:, i].any(axis=0), columns[:, j].any(axis=0))
    if window.all():
        return
    changed = _array(trial.run(case.with_inputs(np.where(window, x, -x - 1))))
    beside = y.copy()
    beside[..., i, j] = changed[..., i, j]
    trial.agree_with_each_other(y, beside, what=f"cell ({i}, {j}) after changes outside of its window")


def _array(tree: object) -> Array:
    assert isinstance(tree, np.ndarray)
    return tree


def _output(trial: Trial) -> Array:
    output = trial.forward()
    if not trial.same_structure(output):
        raise NotJudged("the output has the wrong shape")
    return _array(output)
