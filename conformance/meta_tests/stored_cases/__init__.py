"""Fixed small cases of every operation, for the reference's own check: an explicit tuple."""

from conformance.case import Case

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

STORED_CASES: tuple[Case, ...] = (
    *linear.CASES,
    *relu.CASES,
    *sigmoid.CASES,
    *tanh.CASES,
    *softmax.CASES,
    *log_softmax.CASES,
    *flatten.CASES,
    *conv2d.CASES,
    *max_pool2d.CASES,
    *avg_pool2d.CASES,
    *cross_entropy.CASES,
    *mse_loss.CASES,
    *rnn.CASES,
    *scaled_dot_product_attention.CASES,
)
