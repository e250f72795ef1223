"""Fixed small cases of every operation, for the reference's own check: an explicit tuple."""

from conformance.case import Case

from . import (
    adaptive_avg_pool2d,
    add,
    avg_pool2d,
    conv2d,
    cross_entropy,
    flatten,
    layer_norm,
    linear,
    local_response_norm,
    log_softmax,
    max_pool2d,
    mse_loss,
    mul,
    relu,
    rnn,
    rnn_cell,
    sigmoid,
    softmax,
    sub,
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
    *layer_norm.CASES,
    *rnn_cell.CASES,
    *adaptive_avg_pool2d.CASES,
    *local_response_norm.CASES,
    *add.CASES,
    *sub.CASES,
    *mul.CASES,
)
