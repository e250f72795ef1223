"""What a torch function is in the specification: the tables that the recorder reads."""

from collections.abc import Mapping

from .rules.activations import along, elementwise, gelu, hardtanh, leaky_relu
from .rules.arithmetic import add, mean, mul, reflected_sub, sub
from .rules.attention import multi_head_attention, scaled_dot_product_attention
from .rules.embedding import embedding, embedding_of_a_table
from .rules.layers import conv2d, dropout, flatten, linear
from .rules.losses import cross_entropy, mse_loss
from .rules.normalisation import batch_norm, batch_norm_in_another_order, layer_norm, local_response_norm
from .rules.pooling import adaptive_avg_pool2d, avg_pool2d, max_pool2d, max_pool2d_with_indices
from .rules.recipe import Rule, in_place
from .rules.recurrent import cell, lstm, network
from .rules.tensors import concat, dot, matmul, mm, mv, reflected_matmul, stacked_along

OPERATIONS: Mapping[str, Rule] = {
    "linear": linear,
    "relu": elementwise("relu"),
    "relu_": in_place(elementwise("relu")),
    "sigmoid": elementwise("sigmoid"),
    "sigmoid_": in_place(elementwise("sigmoid")),
    "tanh": elementwise("tanh"),
    "tanh_": in_place(elementwise("tanh")),
    "softmax": along("softmax"),
    "log_softmax": along("log_softmax"),
    "flatten": flatten,
    "conv2d": conv2d,
    "max_pool2d": max_pool2d,
    "max_pool2d_with_indices": max_pool2d_with_indices,
    "avg_pool2d": avg_pool2d,
    "cross_entropy": cross_entropy,
    "mse_loss": mse_loss,
    "rnn_tanh": network("rnn", nonlinearity="tanh"),
    "rnn_relu": network("rnn", nonlinearity="relu"),
    "lstm": lstm,
    "gru": network("gru", gates=3),
    "rnn_tanh_cell": cell("rnn_cell", nonlinearity="tanh"),
    "rnn_relu_cell": cell("rnn_cell", nonlinearity="relu"),
    "lstm_cell": cell("lstm_cell"),
    "gru_cell": cell("gru_cell"),
    "embedding": embedding,
    "torch.embedding": embedding_of_a_table,
    "dropout": dropout,
    "layer_norm": layer_norm,
    "gelu": gelu,
    "silu": elementwise("silu"),
    "silu_": in_place(elementwise("silu")),
    "batch_norm": batch_norm,
    "torch.batch_norm": batch_norm_in_another_order,
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention_forward": multi_head_attention,
    "adaptive_avg_pool2d": adaptive_avg_pool2d,
    "local_response_norm": local_response_norm,
    "relu6": elementwise("relu6"),
    "hardtanh": hardtanh,
    "hardtanh_": in_place(hardtanh),
    "hardswish": elementwise("hardswish"),
    "hardswish_": in_place(elementwise("hardswish")),
    "leaky_relu": leaky_relu,
    "leaky_relu_": in_place(leaky_relu),
    "add": add,
    "__add__": add,
    "__radd__": add,
    "add_": in_place(add),
    "__iadd__": in_place(add),
    "sub": sub,
    "subtract": sub,
    "__sub__": sub,
    "rsub": reflected_sub,
    "__rsub__": reflected_sub,
    "sub_": in_place(sub),
    "subtract_": in_place(sub),
    "__isub__": in_place(sub),
    "mul": mul,
    "multiply": mul,
    "__mul__": mul,
    "__rmul__": mul,
    "mul_": in_place(mul),
    "multiply_": in_place(mul),
    "__imul__": in_place(mul),
    "mean": mean,
    "cat": concat,
    "concat": concat,
    "concatenate": concat,
    "hstack": stacked_along(1),
    "vstack": stacked_along(0),
    "row_stack": stacked_along(0),
    "matmul": matmul,
    "__matmul__": matmul,
    "__rmatmul__": reflected_matmul,
    "linalg.matmul": matmul,
    "mm": mm,
    "spmm": mm,  # the name under which torch.mm presents itself
    "bmm": mm,
    "mv": mv,
    "dot": dot,
}
"""Torch functions that become an operation, or a copy of the judge's own.

By their short names or, where two functions of one short name differ in their arguments, by their full ones.
"""

ALIASES: Mapping[str, str] = {"axis": "dim", "keepdims": "keepdim"}
"""NumPy's names of options, which torch's own functions take as well."""

VIEWS = frozenset(
    """
    T __getitem__ broadcast_to chunk clone contiguous expand expand_as flip mT movedim moveaxis narrow permute
    ravel reshape reshape_as select split squeeze swapaxes swapdims t transpose unbind unflatten unsqueeze view
    view_as
    """.split()
)
"""Torch functions whose results hold elements of their first argument, untouched."""

SHAPED = frozenset("full_like new_full new_ones new_zeros ones_like zeros_like".split())
"""Torch functions whose results depend on the shape of their first argument alone."""

METADATA = frozenset(
    """
    __hash__ __len__ __repr__ _set_grad_enabled _version device dim dtype element_size get_device grad_fn
    is_complex is_contiguous is_cpu is_cuda is_floating_point is_leaf is_meta is_mps is_nested is_quantized
    is_signed is_sparse itemsize layout names nbytes ndim ndimension nelement numel requires_grad retains_grad
    shape size storage_offset stride
    """.split()
)
"""What may be asked of a tensor without looking at its data."""

DATA = frozenset(
    """
    __array__ __bool__ __complex__ __contains__ __float__ __format__ __index__ __int__ allclose equal
    is_nonzero item numpy tolist
    """.split()
)
"""What turns data into a Python value."""

IN_PLACE = frozenset(
    "__setitem__ __iand__ __idiv__ __ifloordiv__ __imod__ __imul__ __ior__ __ipow__ __isub__ __itruediv__".split()
)
"""What writes to its argument without the underscore that says so."""
