"""Wrong implementations that the judge must reject: an explicit tuple, operation by operation.

A defect is a small change to the right computation, with one sentence on what people get wrong. The catalogue
judges the judge (conformance/meta_tests/test_defects.py) and names faults that it meets elsewhere.
"""

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
from ._defect import Defect as Defect

DEFECTS: tuple[Defect, ...] = (
    *linear.DEFECTS,
    *relu.DEFECTS,
    *sigmoid.DEFECTS,
    *tanh.DEFECTS,
    *softmax.DEFECTS,
    *log_softmax.DEFECTS,
    *flatten.DEFECTS,
    *conv2d.DEFECTS,
    *max_pool2d.DEFECTS,
    *avg_pool2d.DEFECTS,
    *cross_entropy.DEFECTS,
    *mse_loss.DEFECTS,
    *rnn.DEFECTS,
    *scaled_dot_product_attention.DEFECTS,
)
