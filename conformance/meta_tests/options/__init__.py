"""What the options of every operation are, in classes of values, and which values never meet.

One file an operation, with `OPTIONS` and `IMPOSSIBLE`; options whose value PyTorch refuses are neither drawn nor
judged.
"""

from collections.abc import Mapping

from . import (
    avg_pool2d,
    conv2d,
    cross_entropy,
    flatten,
    linear,
    log_softmax,
    max_pool2d,
    mse_loss,
    relu,
    rnn,
    scaled_dot_product_attention,
    sigmoid,
    softmax,
    tanh,
)
from ._option import Impossible as Impossible
from ._option import Option as Option
from ._option import Value as Value

OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "linear": linear.OPTIONS,
    "relu": relu.OPTIONS,
    "sigmoid": sigmoid.OPTIONS,
    "tanh": tanh.OPTIONS,
    "softmax": softmax.OPTIONS,
    "log_softmax": log_softmax.OPTIONS,
    "flatten": flatten.OPTIONS,
    "conv2d": conv2d.OPTIONS,
    "max_pool2d": max_pool2d.OPTIONS,
    "avg_pool2d": avg_pool2d.OPTIONS,
    "cross_entropy": cross_entropy.OPTIONS,
    "mse_loss": mse_loss.OPTIONS,
    "rnn": rnn.OPTIONS,
    "scaled_dot_product_attention": scaled_dot_product_attention.OPTIONS,
}

IMPOSSIBLE: Mapping[str, tuple[Impossible, ...]] = {
    "linear": linear.IMPOSSIBLE,
    "relu": relu.IMPOSSIBLE,
    "sigmoid": sigmoid.IMPOSSIBLE,
    "tanh": tanh.IMPOSSIBLE,
    "softmax": softmax.IMPOSSIBLE,
    "log_softmax": log_softmax.IMPOSSIBLE,
    "flatten": flatten.IMPOSSIBLE,
    "conv2d": conv2d.IMPOSSIBLE,
    "max_pool2d": max_pool2d.IMPOSSIBLE,
    "avg_pool2d": avg_pool2d.IMPOSSIBLE,
    "cross_entropy": cross_entropy.IMPOSSIBLE,
    "mse_loss": mse_loss.IMPOSSIBLE,
    "rnn": rnn.IMPOSSIBLE,
    "scaled_dot_product_attention": scaled_dot_product_attention.IMPOSSIBLE,
}
