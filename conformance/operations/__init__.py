"""The operations of the specification: an explicit tuple, in the order of the report: profile by profile."""

from ..operation import Operation
from .adam import ADAM
from .adamw import ADAMW
from .adaptive_avg_pool2d import ADAPTIVE_AVG_POOL2D
from .add import ADD
from .avg_pool2d import AVG_POOL2D
from .batch_norm import BATCH_NORM
from .clip_grad_norm import CLIP_GRAD_NORM
from .concat import CONCAT
from .conv2d import CONV2D
from .cross_entropy import CROSS_ENTROPY
from .dropout import DROPOUT
from .embedding import EMBEDDING
from .flatten import FLATTEN
from .gelu import GELU
from .gru import GRU
from .gru_cell import GRU_CELL
from .hardswish import HARDSWISH
from .layer_norm import LAYER_NORM
from .leaky_relu import LEAKY_RELU
from .linear import LINEAR
from .local_response_norm import LOCAL_RESPONSE_NORM
from .log_softmax import LOG_SOFTMAX
from .lstm import LSTM
from .lstm_cell import LSTM_CELL
from .matmul import MATMUL
from .max_pool2d import MAX_POOL2D
from .mean import MEAN
from .mse_loss import MSE_LOSS
from .mul import MUL
from .multihead_attention import MULTIHEAD_ATTENTION
from .relu import RELU
from .relu6 import RELU6
from .rnn import RNN
from .rnn_cell import RNN_CELL
from .scaled_dot_product_attention import SCALED_DOT_PRODUCT_ATTENTION
from .sgd import SGD
from .sigmoid import SIGMOID
from .silu import SILU
from .softmax import SOFTMAX
from .sub import SUB
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
    RNN_CELL,
    LSTM_CELL,
    LSTM,
    GRU_CELL,
    GRU,
    DROPOUT,
    EMBEDDING,
    LAYER_NORM,
    GELU,
    SILU,
    SCALED_DOT_PRODUCT_ATTENTION,
    MULTIHEAD_ATTENTION,
    BATCH_NORM,
    ADAPTIVE_AVG_POOL2D,
    LOCAL_RESPONSE_NORM,
    RELU6,
    HARDSWISH,
    LEAKY_RELU,
    ADD,
    SUB,
    MUL,
    MEAN,
    CONCAT,
    MATMUL,
    SGD,
    ADAM,
    ADAMW,
    CLIP_GRAD_NORM,
)
