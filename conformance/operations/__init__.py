"""The operations of the specification: an explicit tuple, in the order of the report."""

from ..operation import Operation
from .avg_pool2d import AVG_POOL2D
from .conv2d import CONV2D
from .cross_entropy import CROSS_ENTROPY
from .flatten import FLATTEN
from .linear import LINEAR
from .log_softmax import LOG_SOFTMAX
from .max_pool2d import MAX_POOL2D
from .mse_loss import MSE_LOSS
from .relu import RELU
from .rnn import RNN
from .scaled_dot_product_attention import SCALED_DOT_PRODUCT_ATTENTION
from .sigmoid import SIGMOID
from .softmax import SOFTMAX
from .tanh import TANH

OPERATIONS: tuple[Operation, ...] = (
    LINEAR,
    RELU,
    SIGMOID,
    TANH,
    SOFTMAX,
    LOG_SOFTMAX,
    FLATTEN,
    CONV2D,
    MAX_POOL2D,
    AVG_POOL2D,
    CROSS_ENTROPY,
    MSE_LOSS,
    RNN,
    SCALED_DOT_PRODUCT_ATTENTION,
)
