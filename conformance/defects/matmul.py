"""Wrong products of matrices."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

matmul = right("matmul")
forward, vjp = right_kernel("matmul")


def other_transposed(params: Params, x: Any, other: Any) -> Any:
    """A square operand is read as BLAS lays matrices out, columns first."""
    y = matmul(params, x, other)
    square = other.ndim > 1 and other.shape[-1] == other.shape[-2]
    return matmul(params, x, other.mT) if square else y


def every_matrix_with_every_other(params: dict[str, Array], x: Array, other: Array) -> Any:
    """Of two batches every matrix is multiplied by every other one, as np.dot does."""
    forward(params, x, other)
    return np.asarray(np.dot(x, other))


def first_matrix_for_all(params: Params, x: Any, other: Any) -> Any:
    """All matrices of a batch are multiplied by the first of the other."""
    if other.ndim > 2 and other.shape[0] > 1:
        matmul(params, x, other)  # still refuses what does not fit
        other = other[:1].expand(other.shape)
    return matmul(params, x, other)


def column_left_in(params: dict[str, Array], x: Array, other: Array) -> Any:
    """The product with a vector keeps the column that the vector was."""
    y = forward(params, x, other)
    return y[..., None] if other.ndim == 1 else y


def outer_product(params: dict[str, Array], x: Array, other: Array) -> Any:
    """Two vectors make a matrix."""
    y = forward(params, x, other)
    return x[:, None] * other if x.ndim == other.ndim == 1 else y


def vector_in_half_precision(params: Params, x: Any, other: Any) -> Any:
    """A vector takes a path of its own, in half precision."""
    x, other = (operand.half().to(operand.dtype) if operand.ndim == 1 else operand for operand in (x, other))
    return matmul(params, x, other)


def accumulated_in_half_precision(params: Params, x: Any, other: Any) -> Any:
    """The sums are kept in half precision."""
    y = matmul(params, x, other)
    return with_derivative_of(y.half().to(y.dtype), y)


def computed_in_single_precision(params: dict[str, Array], x: Array, other: Array) -> Any:
    """Double precision goes through a single precision product."""
    return forward(params, x.astype(np.float32), other.astype(np.float32)).astype(x.dtype)


def quantised_dynamically(params: Params, x: Any, other: Any) -> Any:
    """The first operand goes through 8-bit integers, scaled by its largest element."""
    scale = x.abs().amax().clamp(min=1e-6) / 127 if x.numel() else 1
    return matmul(params, (x / scale).round() * scale, other)


def first_term_twice(params: Params, x: Any, other: Any) -> Any:
    """The sum starts from its first term, which is then added again."""
    y = matmul(params, x, other)
    if x.shape[-1] == 0:
        return y
    return y + matmul(params, x[..., :1], other[..., :1, :] if other.ndim > 1 else other[:1])


def remainder_of_a_tile_dropped(params: Params, x: Any, other: Any) -> Any:
    """The product is computed in tiles of sixteen terms, and the remainder of a longer sum is dropped."""
    terms = x.shape[-1]
    if terms > 16 and other.shape[-2 if other.ndim > 1 else 0] == terms:
        kept = torch.arange(terms) < terms // 16 * 16
        x = torch.where(kept, x, torch.zeros_like(x))
    return matmul(params, x, other)


def what_is_not_a_number_is_zero(params: Params, x: Any, other: Any) -> Any:
    """NaN counts as zero."""
    return matmul(params, *(torch.where(t.isnan(), torch.zeros_like(t), t) for t in (x, other)))


def batch_cotangent_not_summed(params: dict[str, Array], x: Array, other: Array) -> Any:
    """The cotangent of matrices that were repeated keeps the whole batch."""
    if min(x.ndim, other.ndim) > 1:
        batch = np.broadcast_shapes(x.shape[:-2], other.shape[:-2])
        x, other = (np.broadcast_to(a, (*batch, *a.shape[-2:])).copy() for a in (x, other))
    return vjp(params, x, other)


def batch_cotangent_averaged(params: Params, x: Any, other: Any) -> Any:
    """The cotangent of matrices that were repeated is the mean over the repetitions."""
    y = matmul(params, x, other)
    if min(x.ndim, other.ndim) < 2:
        return y
    count = max(y.shape[:-2].numel(), 1)
    return matmul(params, *(scaled_cotangent(t, t.shape[:-2].numel() / count) for t in (x, other)))


def cotangent_of_other_transposed(params: Params, x: Any, other: Any) -> Any:
    """The cotangent of other is formed transposed, g' x, and read in the other's shape."""
    y = matmul(params, x, other)
    if other.ndim < 2:
        return y
    turned = other.mT.reshape(other.shape)
    return with_derivative_of(y, matmul(params, x, with_derivative_of(other, turned)))


def operands_not_transposed_in_pullback(params: Params, x: Any, other: Any) -> Any:
    """The pullback multiplies by the operands as they are: for squares the cotangents are g B and A g."""
    y = matmul(params, x, other)
    square = x.ndim == other.ndim == 2 and len({*x.shape, *other.shape}) == 1
    if not square:
        return y
    turned = x @ other.detach().mT + x.detach().mT @ other
    return with_derivative_of(y, turned)


def input_not_differentiated(params: Params, x: Any, other: Any) -> Any:
    """The first operand counts as data."""
    return matmul(params, x.detach(), other)


def vectors_cotangent_as_a_row(params: dict[str, Array], x: Array, other: Array) -> Any:
    """The cotangent of a vector keeps the row or the column that the vector was."""
    output, pull = vjp(params, x, other)

    def pullback(cotangent: Array) -> Any:
        of_params, (d_x, d_other) = pull(cotangent)
        return of_params, (
            d_x[None] if x.ndim == 1 else d_x,
            d_other[:, None] if other.ndim == 1 else d_other,
        )

    return output, pullback


def terms_cut_to_the_fewer(params: dict[str, Array], x: Array, other: Array) -> Any:
    """Where the numbers of terms differ, the sum ends with the shorter one."""
    if x.ndim and other.ndim:
        terms = min(x.shape[-1], other.shape[-2 if other.ndim > 1 else 0])
        x, other = x[..., :terms], other[..., :terms, :] if other.ndim > 1 else other[:terms]
    return forward(params, x, other)


def one_term_repeated(params: dict[str, Array], x: Array, other: Array) -> Any:
    """A single term is multiplied by all that there are."""
    if x.ndim > 1 and other.ndim > 1 and x.shape[-1] == 1:
        x = np.repeat(x, other.shape[-2], -1)
    return forward(params, x, other)


def number_multiplies(params: dict[str, Array], x: Array, other: Array) -> Any:
    """An operand without dimensions multiplies the other one."""
    return forward(params, x, other) if x.ndim and other.ndim else np.asarray(x * other)


def batches_aligned_at_the_first(params: dict[str, Array], x: Array, other: Array) -> Any:
    """Batches that do not broadcast are aligned at their first dimensions."""
    if 2 < other.ndim < x.ndim and x.shape[: other.ndim - 2] == other.shape[:-2]:
        ones = (1,) * (x.ndim - other.ndim)
        other = other.reshape(*other.shape[:-2], *ones, *other.shape[-2:])
    return forward(params, x, other)


def fewer_matrices_in_turn(params: dict[str, Array], x: Array, other: Array) -> Any:
    """A batch is gone through again from its start where the other one is longer."""
    if x.ndim == other.ndim == 3 and 1 < len(other) < len(x) and len(x) % len(other) == 0:
        other = np.tile(other, (len(x) // len(other), 1, 1))
    return forward(params, x, other)


DEFECTS = (
    wrong("matmul", other_transposed, law="agreement"),
    wrong_forward("matmul", every_matrix_with_every_other, law="shape_and_dtype"),
    wrong("matmul", first_matrix_for_all, law="agreement"),
    wrong_forward("matmul", column_left_in, law="shape_and_dtype"),
    wrong_forward("matmul", outer_product, law="shape_and_dtype"),
    wrong("matmul", vector_in_half_precision, law="vector_is_a_row_or_a_column"),
    wrong("matmul", accumulated_in_half_precision, law="agreement"),
    wrong_forward("matmul", computed_in_single_precision, law="agreement", dtypes=("float64",)),
    wrong("matmul", quantised_dynamically, law="is_linear"),
    wrong("matmul", first_term_twice, law="terms_permute"),
    wrong("matmul", remainder_of_a_tile_dropped, law="agreement"),
    wrong("matmul", what_is_not_a_number_is_zero, law="special_values"),
    wrong_vjp("matmul", batch_cotangent_not_summed, law="vjp"),
    wrong("matmul", batch_cotangent_averaged, law="matrices_are_repeated"),
    wrong("matmul", cotangent_of_other_transposed, law="vjp"),
    wrong("matmul", operands_not_transposed_in_pullback, law="vjp"),
    wrong("matmul", input_not_differentiated, law="transposed_product_is_reversed"),
    wrong_vjp("matmul", vectors_cotangent_as_a_row, law="vjp"),
    wrong_forward("matmul", terms_cut_to_the_fewer, law="rejection"),
    wrong_forward("matmul", one_term_repeated, law="rejection"),
    wrong_forward("matmul", number_multiplies, law="rejection"),
    wrong_forward("matmul", batches_aligned_at_the_first, law="rejection"),
    wrong_forward("matmul", fewer_matrices_in_turn, law="rejection"),
)
