"""Correct kernels that nobody may accuse: other formulas, other orders of summation, PyTorch itself.

All that computes here keeps the error bounds of the primitives it is made of; what does not (one-pass variance,
log of softmax, tanh for a sigmoid's tail, differences of running sums, transforms) is a defect or needs a
declaration.
"""

from conformance.eager import eager_kernel
from conformance.operations import OPERATIONS

from . import (
    adam,
    adamw,
    adaptive_avg_pool2d,
    add,
    avg_pool2d,
    batch_norm,
    clip_grad_norm,
    concat,
    conv2d,
    cross_entropy,
    dropout,
    embedding,
    flatten,
    gelu,
    gru,
    gru_cell,
    hardswish,
    layer_norm,
    leaky_relu,
    linear,
    local_response_norm,
    log_softmax,
    lstm,
    lstm_cell,
    matmul,
    max_pool2d,
    mean,
    mse_loss,
    mul,
    multihead_attention,
    relu,
    relu6,
    rnn,
    rnn_cell,
    scaled_dot_product_attention,
    sgd,
    sigmoid,
    silu,
    softmax,
    sub,
    tanh,
)
from ._alternate import Alternate

ALTERNATES: tuple[Alternate, ...] = (
    *(
        Alternate(operation=operation.name, name="torch", kernel=eager_kernel(operation.name))
        for operation in OPERATIONS
    ),
    *linear.ALTERNATES,
    *relu.ALTERNATES,
    *sigmoid.ALTERNATES,
    *tanh.ALTERNATES,
    *softmax.ALTERNATES,
    *log_softmax.ALTERNATES,
    *flatten.ALTERNATES,
    *conv2d.ALTERNATES,
    *max_pool2d.ALTERNATES,
    *avg_pool2d.ALTERNATES,
    *cross_entropy.ALTERNATES,
    *mse_loss.ALTERNATES,
    *rnn.ALTERNATES,
    *layer_norm.ALTERNATES,
    *batch_norm.ALTERNATES,
    *rnn_cell.ALTERNATES,
    *adaptive_avg_pool2d.ALTERNATES,
    *local_response_norm.ALTERNATES,
    *embedding.ALTERNATES,
    *add.ALTERNATES,
    *sub.ALTERNATES,
    *mul.ALTERNATES,
    *mean.ALTERNATES,
    *concat.ALTERNATES,
    *matmul.ALTERNATES,
    *silu.ALTERNATES,
    *gelu.ALTERNATES,
    *relu6.ALTERNATES,
    *leaky_relu.ALTERNATES,
    *hardswish.ALTERNATES,
    *lstm_cell.ALTERNATES,
    *lstm.ALTERNATES,
    *gru_cell.ALTERNATES,
    *gru.ALTERNATES,
    *dropout.ALTERNATES,
    *sgd.ALTERNATES,
    *adam.ALTERNATES,
    *adamw.ALTERNATES,
    *clip_grad_norm.ALTERNATES,
    *scaled_dot_product_attention.ALTERNATES,
    *multihead_attention.ALTERNATES,
)

__all__ = ["ALTERNATES", "Alternate"]
