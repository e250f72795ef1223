"""Wrong local response norms."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ._defect import wrong
from ._right import Params, right, with_derivative_of

local_response_norm = right("local_response_norm")

Bounds = Callable[[int, int], tuple[int, int]]
"""(c, size) -> the first channel of a window and the one behind it, also where there are none."""


def right_bounds(c: int, size: int) -> tuple[int, int]:
    """Of an even size, more channels are before c than behind it."""
    return c - size // 2, c + (size - 1) // 2 + 1


def windows(terms: Tensor, size: int, bounds: Bounds = right_bounds, axis: int = 1) -> Tensor:
    """The sums over windows along an axis."""
    length = terms.shape[axis]
    places = [bounds(c, size) for c in range(length)]
    sums = [
        terms.narrow(axis, max(start, 0), min(end, length) - max(start, 0)).sum(axis) for start, end in places
    ]
    return torch.stack(sums, axis)


def normalised(x: Any, total: Any, *, size: Any, alpha: float, beta: float, k: float) -> Any:
    """The input divided by the power, for a sum of squares."""
    local_response_norm({}, x, size=size, alpha=alpha, beta=beta, k=k)  # still refuses what is invalid
    return x / (k + alpha / size * total(x)) ** beta if x.numel() else x.clone()


def alpha_not_divided(params: Params, x: Any, **config: Any) -> Any:
    """The squares are summed and not divided by size, as in the paper and in TensorFlow."""
    return local_response_norm(params, x, **{**config, "alpha": config["alpha"] * config["size"]})


def alpha_divided_twice(params: Params, x: Any, **config: Any) -> Any:
    """Alpha is divided by size, and the squares are averaged beside."""
    local_response_norm(params, x, **config)  # still refuses what is invalid
    alpha = config["alpha"] / config["size"]
    return local_response_norm(params, x, **{**config, "alpha": alpha})


def even_window_leans_forward(params: Params, x: Any, **config: Any) -> Any:
    """Of an even size, more channels are taken from behind c than from before it."""
    return normalised(
        x,
        lambda x: windows(x * x, config["size"], lambda c, n: (c - (n - 1) // 2, c + n // 2 + 1)),
        **config,
    )


def even_window_widened(params: Params, x: Any, **config: Any) -> Any:
    """The window reaches size // 2 to either side, which is one channel too many where size is even."""
    return normalised(
        x, lambda x: windows(x * x, config["size"], lambda c, n: (c - n // 2, c + n // 2 + 1)), **config
    )


def size_taken_as_radius(params: Params, x: Any, **config: Any) -> Any:
    """The size is taken for what a window reaches to either side."""
    return normalised(x, lambda x: windows(x * x, config["size"], lambda c, n: (c - n, c + n + 1)), **config)


def window_along_positions(params: Params, x: Any, **config: Any) -> Any:
    """The window runs along the dimension behind the channels."""
    return normalised(x, lambda x: windows(x * x, config["size"], axis=2), **config)


def window_over_the_last_dimension(params: Params, x: Any, **config: Any) -> Any:
    """Channels are expected last, as in TensorFlow."""
    return normalised(x, lambda x: windows(x * x, config["size"], axis=-1), **config)


def mean_of_clipped_windows(params: Params, x: Any, **config: Any) -> Any:
    """At the ends the squares are divided by the number of channels that there are."""

    def total(x: Any) -> Any:
        counts = windows(torch.ones_like(x), config["size"])
        return windows(x * x, config["size"]) / counts * config["size"]

    return normalised(x, total, **config)


def absolute_values(params: Params, x: Any, **config: Any) -> Any:
    """Absolute values are summed in place of squares."""
    return normalised(x, lambda x: windows(x.abs(), config["size"]), **config)


def k_taken_as_one(params: Params, x: Any, **config: Any) -> Any:
    """The summand is always 1, as it is by default."""
    return local_response_norm(params, x, **{**config, "k": 1.0})


def k_taken_as_factor(params: Params, x: Any, **config: Any) -> Any:
    """The summand is taken for a factor of all that is raised to the power."""
    return local_response_norm(params, x, **{**config, "alpha": config["alpha"] * config["k"]})


def root_for_any_beta(params: Params, x: Any, **config: Any) -> Any:
    """A square root is taken, whatever beta is."""
    return local_response_norm(params, x, **{**config, "beta": 0.5})


def multiplied(params: Params, x: Any, **config: Any) -> Any:
    """The input is multiplied by the power in place of divided."""
    return local_response_norm(params, x, **{**config, "beta": -config["beta"]})


def direct_term_only(params: Params, x: Any, **config: Any) -> Any:
    """The pullback takes the divisor for a constant."""
    y = local_response_norm(params, x, **config)
    return with_derivative_of(y, normalised(x, lambda x: windows(x * x, config["size"]).detach(), **config))


def own_channel_only(params: Params, x: Any, **config: Any) -> Any:
    """The pullback follows a channel through its own divisor, and forgets those of its neighbours."""

    def total(x: Any) -> Any:
        squares = windows(x * x, config["size"])
        return (squares - x * x).detach() + x * x

    y = local_response_norm(params, x, **config)
    return with_derivative_of(y, normalised(x, total, **config))


def pullback_window_not_transposed(params: Params, x: Any, **config: Any) -> Any:
    """The pullback sums over the window of the forward, which is not its own mirror image where size is even."""

    def total(x: Any) -> Any:
        backwards = windows(x * x, config["size"], lambda c, n: (c - (n - 1) // 2, c + n // 2 + 1))
        return with_derivative_of(windows(x * x, config["size"]), backwards)

    y = local_response_norm(params, x, **config)
    return with_derivative_of(y, normalised(x, total, **config))


def half_of_the_square(params: Params, x: Any, **config: Any) -> Any:
    """The derivative of the square lacks its factor of 2."""

    def total(x: Any) -> Any:
        squares = x * x
        return windows(with_derivative_of(squares, squares / 2), config["size"])

    y = local_response_norm(params, x, **config)
    return with_derivative_of(y, normalised(x, total, **config))


def channels_of_the_next_sample(params: Params, x: Any, **config: Any) -> Any:
    """Batch and channels are merged, and the windows of the first channels reach into the sample before."""
    return normalised(
        x, lambda x: windows((x * x).flatten(0, 1), config["size"], axis=0).reshape(x.shape), **config
    )


def normalised_by_the_first_sample(params: Params, x: Any, **config: Any) -> Any:
    """The divisors are computed for one sample and used for all."""
    return normalised(x, lambda x: windows(x[:1] * x[:1], config["size"]), **config)


def running_sum(params: Params, x: Any, **config: Any) -> Any:
    """A window's sum is a difference of running sums, in which a NaN never ends and digits cancel."""

    def total(x: Any) -> Any:
        sums = torch.nn.functional.pad((x * x).cumsum(1).movedim(1, -1), (1, 0)).movedim(-1, 1)
        places = [right_bounds(c, config["size"]) for c in range(x.shape[1])]
        channels = x.shape[1]
        return torch.stack([sums[:, min(end, channels)] - sums[:, max(start, 0)] for start, end in places], 1)

    return normalised(x, total, **config)


DEFECTS = (
    wrong("local_response_norm", alpha_not_divided, law="agreement"),
    wrong("local_response_norm", alpha_divided_twice, law="agreement"),
    wrong("local_response_norm", even_window_leans_forward, law="agreement"),
    wrong("local_response_norm", even_window_widened, law="agreement"),
    wrong("local_response_norm", size_taken_as_radius, law="agreement"),
    wrong("local_response_norm", window_along_positions, law="positions_permute"),
    wrong("local_response_norm", window_over_the_last_dimension, law="positions_permute"),
    wrong("local_response_norm", mean_of_clipped_windows, law="agreement"),
    wrong("local_response_norm", absolute_values, law="scale_moves_into_alpha"),
    wrong("local_response_norm", k_taken_as_one, law="agreement"),
    wrong("local_response_norm", k_taken_as_factor, law="agreement"),
    wrong("local_response_norm", root_for_any_beta, law="agreement"),
    wrong("local_response_norm", multiplied, law="agreement"),
    wrong("local_response_norm", direct_term_only, law="vjp"),
    wrong("local_response_norm", own_channel_only, law="vjp"),
    wrong("local_response_norm", pullback_window_not_transposed, law="vjp"),
    wrong("local_response_norm", half_of_the_square, law="vjp"),
    wrong("local_response_norm", channels_of_the_next_sample, law="batch_is_independent"),
    wrong("local_response_norm", normalised_by_the_first_sample, law="batch_permutes"),
    wrong("local_response_norm", running_sum, law="special_values"),
)
