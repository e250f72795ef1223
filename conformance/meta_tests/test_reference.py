"""The reference is what it says: torch's signatures, torch's derivatives, documented, and pure."""

import inspect
import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_overloads

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, jvp, vjp
from torch.nn.attention import SDPBackend, sdpa_kernel

from conformance.case import Case
from conformance.meta_tests.stored_cases import STORED_CASES
from conformance.operation import Rejection
from conformance.selection import choose_operations
from conformance.specification import build, known_warnings, reference_class

OPERATIONS = tuple(dict.fromkeys(case.operation for case in STORED_CASES))

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "linear": ("device", "dtype"),
    "relu": ("inplace",),
    "sigmoid": ("args", "kwargs"),
    "tanh": ("args", "kwargs"),
    "softmax": (),
    "log_softmax": (),
    "flatten": (),
    "conv2d": ("device", "dtype"),
    "max_pool2d": (),
    "avg_pool2d": (),
    "cross_entropy": ("size_average", "reduce"),
    "mse_loss": ("size_average", "reduce"),
    "rnn": ("device", "dtype"),
    "layer_norm": ("device", "dtype"),
    "rnn_cell": ("device", "dtype"),
    "adaptive_avg_pool2d": (),
    "local_response_norm": (),
    "embedding": ("_weight", "_freeze", "device", "dtype"),
    "add": (),
    "sub": (),
    "mul": (),
    "mean": ("dtype",),
    "concat": (),
    "matmul": (),
    "lstm_cell": ("device", "dtype"),
    "lstm": ("device", "dtype"),
    "gru_cell": ("device", "dtype"),
    "gru": ("device", "dtype"),
    "silu": ("inplace",),
    "gelu": (),
    "relu6": ("inplace",),
    "leaky_relu": ("inplace",),
    "hardswish": ("inplace",),
    "dropout": ("inplace",),
    "batch_norm": ("device", "dtype"),
    "sgd": ("params", "foreach", "differentiable", "fused"),
    "adam": ("params", "foreach", "capturable", "differentiable", "fused"),
    "adamw": ("params", "foreach", "capturable", "differentiable", "fused"),
    "clip_grad_norm": ("foreach",),
    "scaled_dot_product_attention": ("dropout_p",),
    "multihead_attention": ("device", "dtype"),
}
"""Arguments of torch's constructors that are no config; sigmoid and tanh swallow anything and use nothing."""

FUNCTIONS: Mapping[str, Any] = {
    "add": torch.ops.aten.add.Tensor,
    "sub": torch.ops.aten.sub.Tensor,
    "mul": torch.ops.aten.mul.Tensor,
    "mean": torch.ops.aten.mean.dim,
    "concat": torch.ops.aten.cat.default,
    "matmul": torch.ops.aten.matmul.default,
    "scaled_dot_product_attention": torch.ops.aten.scaled_dot_product_attention.default,
}
"""Operations that torch has as functions and as no module, with the overload whose signature counts."""

OPTIMIZERS: Mapping[str, type[torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}
"""Operations that torch has as a method of a class that owns params and state."""

IN_PLACE: Mapping[str, Callable[..., Any]] = {
    "clip_grad_norm": nn.utils.clip_grad_norm_,
}
"""Operations that torch has as a function that writes into its first argument."""

ADDED: Mapping[str, tuple[str, ...]] = {
    "rnn": ("training",),
    "lstm": ("training",),
    "gru": ("training",),
    "dropout": ("training",),
    "batch_norm": ("training",),
    "multihead_attention": ("need_weights", "average_attn_weights", "is_causal"),
}
"""Config that is no argument of torch's constructor: the mode, where it matters, and options of its forward."""

CLASSES: Mapping[str, tuple[str, ...]] = {
    "batch_norm": ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"),
}
"""torch's classes of a reference that is several of them; of any other it is the one of the same name."""

DETACHED: Mapping[str, int] = {"batch_norm": 1}
"""How many outputs are differentiated, where not all are."""

by_operation = pytest.mark.parametrize("name", OPERATIONS)
by_case = pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{case.operation}-{number}")
        for number, case in enumerate(STORED_CASES)
        # A step of an optimiser, which is not differentiated, has test_optimizers.py.
        if not case.mappings
    ],
)


# Signatures


def options(constructor: Callable[..., Any]) -> dict[str, Any]:
    """The names and defaults of a constructor's arguments, in order.

    nn.RNN takes (*args, **kwargs) at run time and declares its arguments in an overload; that one counts.
    """
    declared = [inspect.signature(overload) for overload in get_overloads(constructor)]
    signature = next(iter(declared), inspect.signature(constructor))
    return {name: p.default for name, p in list(signature.parameters.items())[1:]}


def classes(name: str) -> tuple[str, ...]:
    """The names of torch's classes that a reference stands for."""
    return CLASSES.get(name, (reference_class(name).__name__,))


def torchs_options(name: str) -> dict[str, Any]:
    """What torch's constructor takes; of a function, all its arguments that are no tensors."""
    if name in OPTIMIZERS:
        return options(OPTIMIZERS[name].__init__)
    if name in IN_PLACE:
        return options(IN_PLACE[name])
    if name not in FUNCTIONS:
        return options(getattr(nn, classes(name)[0]).__init__)
    return {
        argument.name: argument.default_value if argument.has_default_value() else inspect.Parameter.empty
        for argument in FUNCTIONS[name]._schema.arguments
        if "Tensor" not in str(argument.type)
    }


def without(arguments: Mapping[str, Any], names: tuple[str, ...]) -> list[tuple[str, Any]]:
    """The arguments in order, less `names`."""
    return [(name, default) for name, default in arguments.items() if name not in names]


@by_operation
def test_signature_is_torchs(name: str) -> None:
    """A reference's constructor has torch's names, defaults and order, less what is left out by name."""
    reference = reference_class(name)
    torchs = torchs_options(name)
    own = without(options(reference.__init__), ADDED.get(name, ()))
    assert own == without(torchs, LEFT_OUT[name])


@by_operation
def test_left_out_arguments_exist(name: str) -> None:
    """Every argument that is left out is one that torch has."""
    torchs = torchs_options(name)
    assert set(LEFT_OUT[name]) <= set(torchs)


@pytest.mark.parametrize("name", CLASSES)
def test_several_classes_have_one_signature(name: str) -> None:
    """Torch's classes that one reference stands for take the same arguments."""
    first, *others = (options(getattr(nn, torchs).__init__) for torchs in CLASSES[name])
    assert all(list(other.items()) == list(first.items()) for other in others)


def test_options_of_a_forward_are_torchs() -> None:
    """What nn.MultiheadAttention takes in its forward, and is no tensor, is config, with torch's defaults."""
    torchs = options(nn.MultiheadAttention.forward)
    tensors = ("query", "key", "value", "key_padding_mask", "attn_mask")
    own = without(options(reference_class("multihead_attention").__init__), ())
    added = ADDED["multihead_attention"]
    assert [pair for pair in own if pair[0] in added] == without(torchs, tensors)


def test_rnn_overload_is_what_runs() -> None:
    """The arguments that nn.RNN declares are those of RNNBase, which runs, and the nonlinearity, its mode."""
    declared = without(options(nn.RNN.__init__), ("nonlinearity",))
    assert declared == without(options(nn.RNNBase.__init__), ("mode", "proj_size"))


def test_new_option_is_noticed() -> None:
    """A torch that gained an option, or changed a default, no longer has the reference's signature."""

    class NewTorch:
        def __init__(self, reduction: str = "mean", sharpness: float = 1.0) -> None: ...

    class OtherDefault:
        def __init__(self, reduction: str = "sum") -> None: ...

    expected = list(options(reference_class("mse_loss").__init__).items())
    assert without(options(NewTorch.__init__), ("sharpness",)) == expected
    assert without(options(NewTorch.__init__), ()) != expected
    assert without(options(OtherDefault.__init__), ()) != expected


def test_every_reference_has_stored_cases() -> None:
    """Every file in `reference/` has at least two stored cases, and every stored case a file."""
    folder = Path(inspect.getfile(reference_class("linear"))).parent
    assert {path.stem for path in folder.glob("[!_]*.py")} == set(OPERATIONS)
    assert all(sum(case.operation == name for case in STORED_CASES) >= 2 for name in OPERATIONS)


# Derivatives


def flat(output: Any) -> list[Any]:
    """The leaves of an output, or of a cotangent, from left to right."""
    return [leaf for branch in output for leaf in flat(branch)] if isinstance(output, tuple) else [output]


def nesting(output: Any) -> Any:
    """An output, or a cotangent, without its leaves."""
    return tuple(map(nesting, output)) if isinstance(output, tuple) else None


def flat_function(case: Case) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """The case as a function from one vector, all that is differentiated, to one, all floating outputs."""
    module = build(case)
    inputs = [None if array is None else torch.tensor(array) for array in case.inputs]
    fixed: dict[str | int, Any] = {name: torch.tensor(array) for name, array in case.params.items()}
    fixed.update(enumerate(inputs))
    buffers = dict(module.named_buffers())
    varied = {
        key: tensor
        for key, tensor in fixed.items()
        if tensor is not None and tensor.is_floating_point() and key not in buffers
    }

    def function(vector: Tensor) -> Tensor:
        pieces = torch.split(vector, [tensor.numel() for tensor in varied.values()])
        shaped = (piece.reshape(tensor.shape) for piece, tensor in zip(pieces, varied.values(), strict=True))
        tensors = {**fixed, **dict(zip(varied, shaped, strict=True))}
        params = {name: tensors[name] for name in case.params}
        with known_warnings():
            output = functional_call(
                module, params, tuple(tensors[i] for i in range(len(inputs))), strict=True
            )
        outputs = [leaf for leaf in flat(output) if leaf is not None][: DETACHED.get(case.operation)]
        return torch.cat([leaf.reshape(-1) for leaf in outputs if leaf.is_floating_point()])

    return function, torch.cat([tensor.reshape(-1) for tensor in varied.values()])


def agrees_with_differences(function: Callable[[Tensor], Tensor], x: Tensor) -> bool:
    """Whether autograd's whole Jacobian is that of central differences.

    The step is near the cube root of the unit roundoff u = 2**-53, where truncation, step**2 / 6 times the
    third derivative, and rounding, u / step times the value, are both about u**(2/3) = 2.3e-11. Values and
    third derivatives of the stored cases are below 100, so 1e-8 leaves a factor of about two.
    """
    return torch.autograd.gradcheck(
        function, (x.clone().requires_grad_(),), eps=2.0**-17, atol=1e-8, rtol=0.0, raise_exception=False
    )


@by_case
def test_autograd_agrees_with_central_differences(case: Case) -> None:
    """Every entry of the reference's Jacobian is what central differences give, where it is a derivative."""
    (operation,) = choose_operations([case.operation])
    if not operation.derivative(case):
        return
    assert agrees_with_differences(*flat_function(case))


def test_central_differences_see_a_wrong_derivative() -> None:
    """A derivative that is wrong by one part in a million is not what central differences give."""
    x = torch.tensor([0.5, -1.25], dtype=torch.float64)
    assert agrees_with_differences(lambda x: 2 * x, x)
    assert not agrees_with_differences(lambda x: 2 * x + 2e-6 * (x - x.detach()), x)


def adjoint_gap(
    function: Callable[[Tensor], Tensor], x: Tensor, pull_back: Callable[[Tensor], Tensor] | None = None
) -> tuple[float, float]:
    """|<J u, v> - <u, J' v>| and the most that rounding can make of it.

    Either side is the sum of the same n products v[i] * J[i, j] * u[j], in another order and grouping. A sum
    of n products is off by at most n units roundoff times the sum of their magnitudes (Higham 2002, section
    3.1), whatever the order. An entry J[i, j] is itself formed by nested sums, each far
    shorter than n, and the count leaves room for them.
    """
    y, default_pull_back = vjp(function, x)[:2]
    u = torch.cos(3.0 * torch.arange(x.numel(), dtype=x.dtype) + 1)
    v = torch.cos(5.0 * torch.arange(y.numel(), dtype=x.dtype) + 2)
    pushed = jvp(function, (x,), (u,))[1]
    pulled = pull_back(v) if pull_back else default_pull_back(v)[0]
    gap = abs(math.fsum((pushed * v).tolist()) - math.fsum((u * pulled).tolist()))
    magnitude = float(v.abs() @ jacrev(function)(x).abs() @ u.abs())
    sides, unit_roundoff = 2, 2.0**-53
    return gap, sides * x.numel() * y.numel() * unit_roundoff * magnitude


# torch's forward mode compiles a few decompositions by a means that torch itself has deprecated.
forward_mode = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")


@forward_mode
@by_case
def test_forward_and_reverse_mode_are_adjoint(case: Case) -> None:
    """<J u, v> equals <u, J' v> to rounding: torch's forward mode and its reverse mode use one Jacobian."""
    (operation,) = choose_operations([case.operation])
    if not operation.derivative(case):
        return
    gap, allowed = adjoint_gap(*flat_function(case))
    assert gap <= allowed


@forward_mode
def test_adjoint_identity_sees_a_wrong_pullback() -> None:
    """A pullback that is wrong by one part in 10**9 in one element is not adjoint."""
    function, x = flat_function(STORED_CASES[0])
    pull_back = vjp(function, x)[1]
    wrong = torch.ones_like(x)
    wrong[0] += 1e-9
    gap, allowed = adjoint_gap(function, x, lambda v: wrong * pull_back(v)[0])
    assert gap > allowed > 0


# Contract


@by_case
def test_output_has_the_stored_shapes(case: Case) -> None:
    """The output has the nesting, the shapes and the dtypes that the stored cotangent says."""
    output = call(case)[0]
    assert nesting(output) == nesting(case.cotangent)
    for leaf, cotangent in zip(flat(output), flat(case.cotangent), strict=True):
        if cotangent is None:
            assert leaf is None or leaf.dtype == torch.int64
        else:
            assert not isinstance(cotangent, tuple | dict)
            assert (tuple(leaf.shape), leaf.dtype) == (cotangent.shape, torch.float64)


def call(case: Case) -> tuple[Any, list[Tensor]]:
    """The output of a case, and the arguments it was given."""
    params = {name: torch.tensor(array) for name, array in case.params.items()}
    inputs = tuple(None if array is None else torch.tensor(array) for array in case.inputs)
    with known_warnings():
        output = functional_call(build(case), params, inputs, strict=True)
    return output, [*params.values(), *(x for x in inputs if x is not None)]


@by_case
def test_reference_is_pure(case: Case) -> None:
    """A reference writes to no argument and returns no memory that it was given."""
    output, arguments = call(case)
    outputs = [leaf for leaf in flat(output) if leaf is not None]
    assert all(argument._version == 0 for argument in arguments)
    given = {argument.untyped_storage().data_ptr() for argument in arguments}
    assert all(leaf.untyped_storage().data_ptr() not in given for leaf in outputs)


@by_case
def test_class_weights_are_never_differentiated(case: Case) -> None:
    """A class weight that asks for a gradient gets none."""
    if case.operation != "cross_entropy" or "weight" not in case.params:
        return
    weight = torch.tensor(case.params["weight"], requires_grad=True)
    inputs = tuple(torch.tensor(array) for array in case.inputs)
    assert not functional_call(build(case), {"weight": weight}, inputs, strict=True).requires_grad


@by_case
def test_function_is_torchs(case: Case) -> None:
    """A reference of one of torch's functions returns what that function does, bit for bit."""
    if case.operation not in FUNCTIONS:
        return
    given = [torch.tensor(array) for array in case.inputs if array is not None]
    arguments = (given,) if case.operation == "concat" else given
    assert torch.equal(call(case)[0], FUNCTIONS[case.operation](*arguments, **case.config))


@by_case
def test_embedding_is_torchs(case: Case) -> None:
    """The reference keeps the row padding_idx from its gradient by itself; all is as in torch, bit for bit."""
    if case.operation != "embedding":
        return
    module, (x, cotangent) = nn.Embedding(**case.config), map(torch.tensor, (*case.inputs, case.cotangent))
    found = []
    for evaluate in (module, build(case)):
        weight = torch.tensor(case.params["weight"], requires_grad=True)
        output = functional_call(evaluate, {"weight": weight}, (x,), strict=True)
        found.append((output, *torch.autograd.grad(output, weight, cotangent)))
    assert all(map(torch.equal, *found))


@by_case
def test_batch_norm_is_torchs_module(case: Case) -> None:
    """Output and running statistics are those that torch's module has, or has been left with, after a call."""
    if case.operation != "batch_norm":
        return
    output, (*_, x) = call(case)
    config = {name: value for name, value in case.config.items() if name != "training"}
    torchs = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}[x.ndim]
    module = torchs(**config).double().train(case.config["training"])
    module.load_state_dict({name: torch.tensor(array) for name, array in case.params.items()})
    expected = [module(x), *module.buffers()] if isinstance(output, tuple) else [module(x)]
    found = output if isinstance(output, tuple) else (output,)
    assert torch.equal(found[0], expected[0])
    for got, want in zip(found, expected, strict=True):
        # The reference has no in-place update to share with torch's kernel, so that the last digit may differ.
        torch.testing.assert_close(got, want)


X = torch.linspace(-1, 1, 36).reshape(1, 1, 6, 6)

REFUSED: tuple[tuple[str, dict[str, Any], tuple[Tensor, ...]], ...] = (
    ("softmax", {"dim": None}, (X,)),
    ("softmax", {"dim": 4}, (X,)),
    ("log_softmax", {"dim": None}, (X,)),
    ("log_softmax", {"dim": -5}, (X,)),
    ("flatten", {"start_dim": 2, "end_dim": 1}, (X,)),
    ("mse_loss", {}, (X, X[0])),
    ("mse_loss", {"reduction": "average"}, (X, X)),
    ("cross_entropy", {"reduction": "average"}, (X[0, 0], torch.zeros(6, dtype=torch.int64))),
    ("cross_entropy", {"label_smoothing": 1.5}, (X[0, 0], torch.zeros(6, dtype=torch.int64))),
    ("cross_entropy", {"ignore_index": 1}, (X[0, 0], X[0, 0])),
    *(
        ("conv2d", {"in_channels": 1, "out_channels": 1, "kernel_size": 3, **wrong}, (X,))
        for wrong in (
            {"kernel_size": 0},
            {"kernel_size": (3, 0)},
            {"kernel_size": 7},
            {"stride": 0},
            {"dilation": 0},
            {"padding": -1},
            {"padding": "same", "stride": 2},
            {"padding": "full"},
            {"padding": 6, "padding_mode": "reflect"},
            {"padding": 7, "padding_mode": "circular"},
            {"padding_mode": "constant"},
            {"groups": 0},
            {"out_channels": 0},
        )
    ),
    *(
        (pool, {"kernel_size": 3, **wrong}, (X,))
        for pool in ("max_pool2d", "avg_pool2d")
        for wrong in ({"kernel_size": 0}, {"stride": 0}, {"padding": -1}, {"padding": 2}, {"kernel_size": 7})
    ),
    ("max_pool2d", {"kernel_size": 3, "dilation": 0}, (X,)),
    ("avg_pool2d", {"kernel_size": 3, "divisor_override": 0}, (X,)),
    ("scaled_dot_product_attention", {"is_causal": True}, (X, X, X, torch.ones(6, 6))),
    ("scaled_dot_product_attention", {"is_causal": True}, (X, X, X, torch.ones(6, 6, dtype=torch.bool))),
    ("scaled_dot_product_attention", {}, (X, X, X, torch.ones(6))),
    ("scaled_dot_product_attention", {}, (X, X, X, torch.ones(1, 1, 1, 6, 6))),
    ("scaled_dot_product_attention", {}, (X, X, X, torch.ones(6, 6, dtype=torch.float64))),
    ("scaled_dot_product_attention", {"enable_gqa": True}, (X[0, 0], X[0, 0], X[0, 0])),
    *(
        ("rnn", {"input_size": 6, "hidden_size": 3, **wrong}, (X[0],))
        for wrong in (
            {"input_size": 5},
            {"input_size": 0},
            {"hidden_size": 0},
            {"num_layers": 0},
            {"nonlinearity": "sigmoid"},
            {"dropout": 0.5, "num_layers": 2},
            {"dropout": 1.5},
        )
    ),
    *(
        ("embedding", {"num_embeddings": 4, "embedding_dim": 2, **wrong}, (torch.tensor([0, 3]),))
        for wrong in ({"num_embeddings": 3}, {"padding_idx": 4}, {"padding_idx": -5}, {"embedding_dim": -1})
    ),
    *((name, {}, (X, X[..., :4])) for name in ("add", "sub", "mul")),
    *((name, {"alpha": True}, (X, X)) for name in ("add", "sub")),
    ("mean", {"dim": 4}, (X,)),
    ("mean", {"dim": (0, -4)}, (X,)),
)


@pytest.mark.parametrize(("name", "config", "inputs"), REFUSED)
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors is a no-op")
def test_wrong_use_is_refused(name: str, config: dict[str, Any], inputs: tuple[Tensor, ...]) -> None:
    """What an operation cannot mean raises, if not in the constructor then in the call."""
    with pytest.raises((ValueError, TypeError, RuntimeError, IndexError)):
        reference_class(name)(**config)(*inputs)


@pytest.mark.parametrize(
    "case", [case for case in STORED_CASES if case.operation == "scaled_dot_product_attention"]
)
@pytest.mark.parametrize("backend", [SDPBackend.MATH, SDPBackend.FLASH_ATTENTION])
def test_attention_is_torchs(case: Case, backend: SDPBackend) -> None:
    """Value and derivatives are equal to those of torch's own function; of its fused kernel, to rounding."""
    tensors: list[Any] = [None if array is None else torch.tensor(array) for array in case.inputs]
    varied = [x for x in tensors if x is not None and x.is_floating_point()]
    for tensor in varied:
        tensor.requires_grad_()
    query, key, value, mask = tensors
    with sdpa_kernel([backend, SDPBackend.MATH]):
        torchs = nn.functional.scaled_dot_product_attention(query, key, value, mask, **case.config)
    ours = build(case)(query, key, value, mask)
    g = torch.tensor(case.cotangent)
    pairs = zip(
        (ours, *torch.autograd.grad(ours, varied, g)),
        (torchs, *torch.autograd.grad(torchs, varied, g)),
        strict=True,
    )
    for mine, theirs in pairs:
        if backend is SDPBackend.MATH:
            assert torch.equal(mine, theirs)
        else:
            torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("case", [case for case in STORED_CASES if case.operation == "multihead_attention"])
def test_multihead_attention_is_torchs(case: Case) -> None:
    """Output, weights and derivatives are equal to those of torch's own module, masks of one kind or not."""
    tensors: list[Any] = [None if array is None else torch.tensor(array) for array in case.inputs]
    params = {name: torch.tensor(array, requires_grad=True) for name, array in case.params.items()}
    varied = [*params.values(), *(x for x in tensors if x is not None and x.is_floating_point())]
    for tensor in varied:
        tensor.requires_grad_()
    forwards = {name: case.config[name] for name in ADDED["multihead_attention"]}
    config = {name: value for name, value in case.config.items() if name not in forwards}
    *arguments, padding, mask = tensors
    given = {**forwards, "key_padding_mask": padding, "attn_mask": mask}
    with sdpa_kernel(SDPBackend.MATH), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Support for mismatched key_padding_mask and attn_mask")
        torchs = functional_call(
            nn.MultiheadAttention(**config).double(), params, tuple(arguments), given, strict=True
        )
    ours = functional_call(build(case), params, tuple(tensors), strict=True)
    assert [leaf is None for leaf in ours] == [leaf is None for leaf in torchs]
    found = []
    for side in (ours, torchs):
        leaves = [leaf for leaf in side if leaf is not None]
        cotangents = [torch.cos(leaf.detach()) for leaf in leaves]
        gradients = torch.autograd.grad(leaves, varied, cotangents, materialize_grads=True)
        found.append((*leaves, *gradients))
    assert all(map(torch.equal, *found))


@pytest.mark.parametrize(
    "entry",
    [entry for entry in choose_operations(["multihead_attention"])[0].rejects if "dropout" not in entry.name],
    ids=lambda entry: entry.name,
)
def test_multihead_attention_rejects_what_torch_rejects(entry: Rejection) -> None:
    """Its own checks come before torch's, which has one for each of them too (dropout it never looks at)."""
    forwards = {name: entry.config[name] for name in ADDED["multihead_attention"]}
    config = {name: value for name, value in entry.config.items() if name not in forwards}
    query, key, value, padding, mask = (
        None if array is None else torch.tensor(array) for array in entry.inputs
    )
    with pytest.raises((ValueError, RuntimeError, AssertionError, IndexError)):
        nn.MultiheadAttention(**config).double()(
            query, key, value, key_padding_mask=padding, attn_mask=mask, **forwards
        )


def test_dropout_of_weights_is_not_supported() -> None:
    """It is refused as unsupported, and one outside [0, 1] as wrong."""
    with pytest.raises(NotImplementedError, match="dropout"):
        reference_class("multihead_attention")(4, 2, dropout=0.5)
    with pytest.raises(ValueError, match="dropout"):
        reference_class("multihead_attention")(4, 2, dropout=1.5)


def test_dropout_is_torchs() -> None:
    """The operation dropout with the mask that torch draws is torch's dropout, to one rounding."""
    x = torch.linspace(-3, 3, 60, dtype=torch.float64).reshape(5, 12)
    for rate in (0.0, 0.5, 0.3, 1.0):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            mask = torch.empty_like(x).bernoulli_(1 - rate).bool()
            torch.manual_seed(0)
            expected = nn.functional.dropout(x, rate)
        torch.testing.assert_close(reference_class("dropout")(rate)(x, mask), expected)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("rate", [0.5, 0.3, 1.0])
@pytest.mark.parametrize(
    "options",
    [{}, {"batch_first": True, "bidirectional": True}, {"bias": False, "bidirectional": True}],
    ids=["plain", "batch first, both directions", "both directions"],
)
def test_dropout_between_layers_is_torchs(name: str, rate: float, options: dict[str, Any]) -> None:
    """With the masks that torch draws, outputs and derivatives are torch's: bit for bit where 1 - p is 1 / 2."""
    sizes = (4, 3, 3)
    ours = reference_class(name)(*sizes, dropout=rate, **options).double()
    torchs = getattr(nn, name.upper())(*sizes, dropout=rate, **options).double()
    torchs.load_state_dict(ours.state_dict())
    batch_first, features = options.get("batch_first", False), 3 * (1 + options.get("bidirectional", False))
    x = torch.linspace(-2, 2, 5 * 2 * 4, dtype=torch.float64).reshape(5, 2, 4)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        # Torch drops sequences whose time comes first.
        mask = torch.stack(
            [torch.empty(5, 2, features).double().bernoulli_(1 - rate).bool() for _ in range(2)]
        )
        if batch_first:
            x, mask = x.transpose(0, 1), mask.transpose(1, 2)
        torch.manual_seed(0)
        theirs = flat(torchs(x))
    states = (None,) * (2 if name == "lstm" else 1)
    mine = flat(ours(x, *states, mask))
    g = [torch.cos(torch.arange(y.numel(), dtype=y.dtype)).reshape(y.shape) for y in mine]
    found = (*mine, *torch.autograd.grad(mine, list(ours.parameters()), g))
    expected = (*theirs, *torch.autograd.grad(theirs, list(torchs.parameters()), g))
    for got, want in zip(found, expected, strict=True):
        if rate == 0.5:
            assert torch.equal(got, want)
        else:
            torch.testing.assert_close(got, want)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_a_stack_that_keeps_all_is_torchs(name: str) -> None:
    """Layer by layer, and nothing dropped or scaled, the network is torch's of several layers, bit for bit."""
    ours = reference_class(name)(4, 3, 3, dropout=2.0**-60).double()  # 1 - dropout is 1
    torchs = getattr(nn, name.upper())(4, 3, 3).double()
    torchs.load_state_dict(ours.state_dict())
    x = torch.linspace(-2, 2, 5 * 2 * 4, dtype=torch.float64).reshape(5, 2, 4)
    states = [torch.linspace(-1, 1, 18, dtype=torch.float64).reshape(3, 2, 3) * k for k in (1, 2)]
    states = states[: 2 if name == "lstm" else 1]
    found = flat(ours(x, *states, torch.ones(2, 5, 2, 3, dtype=torch.bool)))
    expected = flat(torchs(x, tuple(states) if name == "lstm" else states[0]))
    assert all(map(torch.equal, found, expected))


def test_dropout_behind_one_layer_does_nothing() -> None:
    """There is no layer that would read what is dropped: torch warns, and so does the reference."""
    with pytest.warns(UserWarning, match="all but last recurrent layer"):
        network = reference_class("rnn")(4, 3, dropout=0.5)
    x = torch.ones(2, 5, 4)
    expected = functional_call(reference_class("rnn")(4, 3), dict(network.named_parameters()), (x,))
    assert torch.equal(network(x)[0], expected[0])


# Documentation


def missing(documentation: str, parts: tuple[str, ...]) -> list[str]:
    """The parts that a specification lacks; an equation is an equals sign in the first line."""
    lines = documentation.strip().splitlines() or [""]
    found = {line.strip().rstrip(":") for line in lines if line.strip().endswith(":")}
    lacking = [part for part in parts if part not in found]
    return lacking if " = " in lines[0] else ["equation", *lacking]


@by_operation
def test_docstring_is_a_specification(name: str) -> None:
    """A docstring has the equation, the shapes, every option, the source and, where there are any, params."""
    reference = reference_class(name)
    documentation = inspect.cleandoc(reference.__doc__ or "")
    has_params = any(case.params for case in STORED_CASES if case.operation == name)
    assert not missing(documentation, ("Inputs", "Output", "Source", *(("Params",) if has_params else ())))
    if name in FUNCTIONS:
        pages = ["torch." + (f"nn.functional.{name}" if hasattr(nn.functional, name) else name)]
    elif name in IN_PLACE:
        pages = [f"torch.nn.utils.{IN_PLACE[name].__name__}"]
    else:
        where = "optim" if name in OPTIMIZERS else "nn"
        pages = [f"torch.{where}.{torchs}" for torchs in classes(name)]
    source = documentation.partition("Source:")[2]
    assert any(f"{page}.html" in source for page in pages)
    assert all(option in documentation for option in options(reference.__init__))


@pytest.mark.parametrize("name", ["relu", "max_pool2d", "rnn", "rnn_cell"])
def test_docstring_states_the_convention_at_a_kink(name: str) -> None:
    """An operation that has a kink says which subgradient it takes there."""
    assert not missing(reference_class(name).__doc__ or "", ("Subgradient",))


def test_missing_parts_are_noticed() -> None:
    """A docstring of fine words is no specification."""
    assert missing("A layer.\n\nInputs:\n    x", ("Inputs", "Source")) == ["equation", "Source"]


# Shapes and sizes


@pytest.mark.parametrize(
    ("bidirectional", "output_shape", "state_shape"),
    [(False, (1, 2, 3), (1, 1, 3)), (True, (1, 2, 6), (2, 1, 3))],
)
def test_rnn_shapes(bidirectional: bool, output_shape: tuple[int, ...], state_shape: tuple[int, ...]) -> None:
    """A network of 4 inputs and 3 units keeps a state of one size, however many steps it took."""
    network = reference_class("rnn")(4, 3, batch_first=True, bidirectional=bidirectional)
    output, h_n = network(torch.ones(1, 2, 4), None)
    assert (output.shape, h_n.shape) == (output_shape, state_shape)
    assert network(torch.ones(1, 7, 4), None)[1].shape == state_shape


def parameters(model: nn.Module) -> int:
    """The number of a model's parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def model(name: str, **sizes: Any) -> nn.Module:
    """A model of the given sizes that occupies no memory."""
    with torch.device("meta"):
        return reference_class(name)(**sizes)


@pytest.mark.parametrize(
    ("name", "sizes", "count"),
    [
        ("linear_regression", {"in_features": 5}, 5 + 1),
        ("softmax_regression", {}, 784 * 10 + 10),
        ("mlp", {}, 203_530),
        ("simple_conv_net", {}, (30 * 25 + 30) + (30 * 12 * 12 * 100 + 100) + (1000 + 10)),
    ],
)
def test_parameter_counts(name: str, sizes: dict[str, int], count: int) -> None:
    """A model of the default sizes has as many parameters as its layers' shapes say."""
    assert parameters(model(name, **sizes)) == count


def test_mlp_grows_with_the_image_and_a_convolution_does_not() -> None:
    """On 300x300 images an MLP has about 10**9 parameters; a convolution has as many as on any other."""
    mlp = model("mlp", in_features=300 * 300, hidden_features=10_000, num_classes=1_000)
    assert parameters(mlp) == pytest.approx(1e9, rel=0.1)
    small, large = (model("simple_conv_net", image_size=size) for size in (28, 300))
    convolutions = [part for net in (small, large) for part in net.modules() if isinstance(part, nn.Conv2d)]
    assert [parameters(convolution) for convolution in convolutions] == [780, 780]
    assert parameters(large) > 100 * parameters(small)


@pytest.mark.parametrize(
    ("name", "sizes", "shape", "classes"),
    [
        ("linear_regression", {"in_features": 5}, (3, 5), 1),
        ("softmax_regression", {}, (3, 1, 28, 28), 10),
        ("softmax_regression", {"in_features": 6, "num_classes": 4}, (3, 6), 4),
        ("mlp", {}, (3, 1, 28, 28), 10),
        ("mlp", {"in_features": 6, "hidden_features": 5, "num_classes": 4}, (3, 6), 4),
        ("simple_conv_net", {}, (3, 1, 28, 28), 10),
        ("simple_conv_net", {"image_size": 27}, (3, 1, 27, 27), 10),
        (
            "simple_conv_net",
            {"in_channels": 2, "image_size": (11, 14), "kernel_size": 4, "stride": 2, "padding": 1},
            (3, 2, 11, 14),
            10,
        ),
    ],
)
def test_model_output_shapes(name: str, sizes: dict[str, Any], shape: tuple[int, ...], classes: int) -> None:
    """A model gives one row of outputs for each example, for odd sizes too."""
    assert reference_class(name)(**sizes)(torch.ones(shape)).shape == (3, classes)


@pytest.mark.parametrize("name", ["mlp", "simple_conv_net"])
def test_first_loss_is_small_because_weights_are_scaled(name: str) -> None:
    """Untrained, a model's cross-entropy is near log(10); with unscaled weights it is over ten times that."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = reference_class(name)()
    images = torch.linspace(0, 1, 20 * 784).reshape(784, 20).T.reshape(20, 1, 28, 28)
    target = torch.arange(20) % 10
    loss = nn.CrossEntropyLoss()
    assert loss(net(images), target).item() == pytest.approx(math.log(10), rel=0.1)
    unscaled = {key: 100 * value for key, value in net.state_dict().items()}
    assert loss(functional_call(net, unscaled, images), target).item() > 10 * math.log(10)
