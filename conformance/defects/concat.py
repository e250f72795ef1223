"""Wrong ways of joining."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

concat = right("concat")
forward, vjp = right_kernel("concat")


def always_along_the_first(params: Params, *tensors: Any, dim: int) -> Any:
    """Tensors of the same shape are joined along dimension 0, whatever dim says."""
    y = concat(params, *tensors, dim=dim)
    alike = len({tensor.shape for tensor in tensors}) == 1
    return concat(params, *tensors, dim=0) if alike else y


def sign_of_dim_dropped(params: Params, *tensors: Any, dim: int) -> Any:
    """A negative dim is read as the same number counted from the front, where there is one."""
    y = concat(params, *tensors, dim=dim)
    alike = len({tensor.shape for tensor in tensors}) == 1
    return concat(params, *tensors, dim=-dim) if dim < 0 and alike and -dim < y.ndim else y


def last_tensor_first(params: Params, *tensors: Any, dim: int) -> Any:
    """They are joined in reverse, as a stack gives them back."""
    return concat(params, *tensors[::-1], dim=dim)


def memory_joined(params: Params, *tensors: Any, dim: int) -> Any:
    """Their memory is joined and read as the output, which is right for dimension 0 alone."""
    y = concat(params, *tensors, dim=dim)
    return torch.cat([tensor.reshape(-1) for tensor in tensors]).reshape(y.shape)


def interleaved(params: Params, *tensors: Any, dim: int) -> Any:
    """Of tensors of one size the places along dim take turns, as in a stack that is made flat."""
    y = concat(params, *tensors, dim=dim)
    sizes = {tensor.shape for tensor in tensors}
    if len(sizes) > 1 or (0,) in sizes:
        return y
    axis = dim % y.ndim
    return torch.stack(tensors, axis + 1).reshape(y.shape)


def eight_at_most(params: Params, *tensors: Any, dim: int) -> Any:
    """The argument list has eight places, and the ninth tensor is dropped."""
    return concat(params, *tensors[:8], dim=dim)


def first_two_only(params: Params, *tensors: Any, dim: int) -> Any:
    """Of more than two tensors the third and all after it repeat the first values of the second."""
    y = concat(params, *tensors, dim=dim)
    if len(tensors) < 3 or any(tensor.shape != tensors[1].shape for tensor in tensors[2:]):
        return y
    return concat(params, *tensors[:2], *(tensors[1] for _ in tensors[2:]), dim=dim)


def through_half_precision(params: Params, *tensors: Any, dim: int) -> Any:
    """What is copied passes through half precision."""
    return concat(params, *(tensor.half().to(tensor.dtype) for tensor in tensors), dim=dim)


def zero_without_its_sign(params: Params, *tensors: Any, dim: int) -> Any:
    """The output is made of zeros to which the tensors are added, and -0.0 comes out as 0.0."""
    return concat(params, *(tensor + 0.0 for tensor in tensors), dim=dim)


def what_is_not_a_number_is_zero(params: Params, *tensors: Any, dim: int) -> Any:
    """NaN is cleaned away."""
    return concat(params, *(torch.where(t.isnan(), torch.zeros_like(t), t) for t in tensors), dim=dim)


def first_part_for_all(params: dict[str, Array], *tensors: Array, dim: int) -> Any:
    """The start of a part is not moved on: tensors of one shape all get the first part of the cotangent."""
    output, pull = vjp(params, *tensors, dim=dim)

    def pullback(cotangent: Array) -> Any:
        of_params, parts = pull(cotangent)
        return of_params, tuple(p.copy() if p.shape != parts[0].shape else parts[0].copy() for p in parts)

    return output, pullback


def split_evenly(params: dict[str, Array], *tensors: Array, dim: int) -> Any:
    """The cotangent is split into parts of one size, whatever the sizes of the tensors."""
    output, _ = vjp(params, *tensors, dim=dim)

    def pullback(cotangent: Array) -> Any:
        return {}, tuple(part.copy() for part in np.array_split(cotangent, len(tensors), dim))

    return output, pullback


def cotangent_shared_out(params: Params, *tensors: Any, dim: int) -> Any:
    """Every cotangent is divided by the number of tensors."""
    return concat(params, *(scaled_cotangent(t, 1 / len(tensors)) for t in tensors), dim=dim)


def cotangents_along_the_next(params: Params, *tensors: Any, dim: int) -> Any:
    """The pullback of tensors of one shape splits along the dimension after dim."""
    y = concat(params, *tensors, dim=dim)
    if len({tensor.shape for tensor in tensors}) > 1 or y.ndim < 2:
        return y
    return with_derivative_of(y, torch.cat(tensors, (dim + 1) % y.ndim).reshape(y.shape))


def only_the_first_is_differentiated(params: Params, *tensors: Any, dim: int) -> Any:
    """All tensors but the first count as constants."""
    return concat(params, tensors[0], *(tensor.detach() for tensor in tensors[1:]), dim=dim)


def cut_to_the_smallest(params: dict[str, Array], *tensors: Array, dim: int) -> Any:
    """Where sizes differ elsewhere than along dim, the longer ones are cut."""
    ndims = {x.ndim for x in tensors}
    if len(ndims) == 1 and 0 not in ndims and -max(ndims) <= dim < max(ndims):
        axis = dim % max(ndims)
        least = np.min([x.shape for x in tensors], axis=0)
        tensors = tuple(
            x[tuple(slice(None if i == axis else n) for i, n in enumerate(least))] for x in tensors
        )
    return forward(params, *tensors, dim=dim)


def size_one_repeated(params: dict[str, Array], *tensors: Array, dim: int) -> Any:
    """A size of 1 elsewhere than along dim is broadcast."""
    if tensors and all(x.ndim == 2 for x in tensors) and -2 <= dim < 2:
        other = 1 - dim % 2
        most = max(x.shape[other] for x in tensors)
        tensors = tuple(np.repeat(x, most, other) if x.shape[other] == 1 else x for x in tensors)
    return forward(params, *tensors, dim=dim)


def number_is_a_vector(params: dict[str, Array], *tensors: Array, dim: int) -> Any:
    """A tensor without dimensions is joined as a vector of one element."""
    return forward(params, *map(np.atleast_1d, tensors), dim=dim)


def nothing_joined_is_nothing(params: dict[str, Array], *tensors: Array, dim: int) -> Any:
    """Without a tensor it is an empty vector."""
    return forward(params, *tensors, dim=dim) if tensors else np.zeros(0)


def empty_vector_refused(params: dict[str, Array], *tensors: Array, dim: int) -> Any:
    """An empty vector beside other shapes is refused, as NumPy does."""
    return np.concatenate(tensors, dim)


def single_tensor_returned_itself(params: dict[str, Array], *tensors: Array, dim: int) -> Any:
    """A single tensor is not copied."""
    forward(params, *tensors, dim=dim)
    return tensors[0] if len(tensors) == 1 else np.concatenate([x for x in tensors if x.shape != (0,)], dim)


DEFECTS = (
    wrong("concat", always_along_the_first, law="shape_and_dtype"),
    wrong("concat", sign_of_dim_dropped, law="dim_counts_from_either_side"),
    wrong("concat", last_tensor_first, law="agreement"),
    wrong("concat", memory_joined, law="agreement"),
    wrong("concat", interleaved, law="agreement"),
    wrong("concat", eight_at_most, law="shape_and_dtype"),
    wrong("concat", first_two_only, law="joined_in_two_steps"),
    wrong("concat", through_half_precision, law="agreement"),
    wrong("concat", zero_without_its_sign, law="parts_are_untouched"),
    wrong("concat", what_is_not_a_number_is_zero, law="special_values"),
    wrong_vjp("concat", first_part_for_all, law="vjp"),
    wrong_vjp("concat", split_evenly, law="vjp"),
    wrong("concat", cotangent_shared_out, law="vjp"),
    wrong("concat", cotangents_along_the_next, law="vjp"),
    wrong("concat", only_the_first_is_differentiated, law="vjp"),
    wrong_forward("concat", cut_to_the_smallest, law="rejection"),
    wrong_forward("concat", size_one_repeated, law="rejection"),
    wrong_forward("concat", number_is_a_vector, law="rejection"),
    wrong_forward("concat", nothing_joined_is_nothing, law="rejection"),
    wrong_forward("concat", empty_vector_refused, law="shape_and_dtype"),
    wrong_forward("concat", single_tensor_returned_itself, law="purity"),
)
