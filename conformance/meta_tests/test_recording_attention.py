"""Recording attention: one node each, whatever PyTorch makes of its layers in training and in evaluation.

On torch's own kernels a graph gives torch's results to rounding: a layer that attends to its own input projects
it in one product, a graph in three.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from conformance.graph import Call
from conformance.recorder import NotRecordable, record
from conformance.specification import reference_class

from .test_recorder import Program, arrays, flat, kernel_of, numbers, state, vjp

SHORT, LONG = numbers(2, 3, 8), numbers(2, 5, 8, seed=1)
PADDING = torch.tensor([[False, False, True], [False, True, True]])
# The first key is seen by all: of a query without a key PyTorch thinks differently from way to way.
BARRED = torch.tensor([[False, True, True], [False, False, True], [False, True, False]])
LAYER = ("multihead_attention", "add", "layer_norm", "linear", "relu")
PRE_NORM = ("layer_norm", "multihead_attention", "add", "linear", "gelu")


def heads(**options: Any) -> nn.Module:
    return nn.MultiheadAttention(8, 2, batch_first=True, **options)


def layer(**options: Any) -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, **options)


def causal(size: int) -> Tensor:
    mask: Tensor = nn.Transformer.generate_square_subsequent_mask(size, dtype=torch.float64)
    return mask


def calling(function: Callable[..., Any], attention: nn.Module) -> nn.Module:
    return Program(function, a=attention)


PROGRAMS: dict[str, tuple[nn.Module, tuple[Tensor, ...], tuple[str, ...]]] = {
    "attention": (
        Program(
            lambda m, q, k: (
                F.scaled_dot_product_attention(q, k, k, scale=0.3),
                F.scaled_dot_product_attention(q, q, q, is_causal=True),
                F.scaled_dot_product_attention(q, q, q, torch.ones(3, 3, dtype=torch.bool).tril()),
                F.scaled_dot_product_attention(q[:, None], k[:, None], k[:, None], m.bias, enable_gqa=True),
            ),
            bias=nn.Parameter(numbers(1, 5)),
        ),
        (SHORT, LONG),
        ("scaled_dot_product_attention",),
    ),
    "heads": (calling(lambda m, x: m.a(x, x, x), heads()), (SHORT,), ("multihead_attention",)),
    "heads, weights unasked": (
        calling(lambda m, x: m.a(x, x, x, need_weights=False), heads(dropout=0.5)),
        (SHORT,),
        ("multihead_attention",),
    ),
    "added keys": (
        calling(
            lambda m, x, z: m.a(x, z, z, average_attn_weights=False),
            heads(add_bias_kv=True, add_zero_attn=True, bias=False),
        ),
        (SHORT, LONG),
        ("multihead_attention",),
    ),
    "other widths": (
        calling(lambda m, x, z: m.a(x, z[..., :5], z[..., 1:]), heads(kdim=5, vdim=7)),
        (SHORT, LONG),
        ("multihead_attention",),
    ),
    "without a batch": (
        calling(lambda m, x: m.a(x[0], x[0], x[1]), nn.MultiheadAttention(8, 4)),
        (SHORT,),
        ("multihead_attention",),
    ),
    "masks that are given": (
        calling(
            lambda m, x, p, b: (
                m.a(x, x, x, key_padding_mask=p),
                m.a(x, x, x, key_padding_mask=p, attn_mask=b.view(3, 3), need_weights=False),
                m.a(x, x, x, attn_mask=b, need_weights=False),
            ),
            heads(),
        ),
        (SHORT, PADDING, BARRED),
        ("multihead_attention",),
    ),
    "a mask of the module": (
        Program(lambda m, x: m.a(x, x, x, attn_mask=m.barred), a=heads(), barred=BARRED),
        (SHORT,),
        ("multihead_attention",),
    ),
    "a floating mask that is given": (
        calling(lambda m, x, b: m.a(x, x, x, attn_mask=b), heads()),
        (SHORT, numbers(4, 3, 3, seed=2)),
        ("multihead_attention",),
    ),
    "a causal mask, hinted at": (
        calling(
            lambda m, x: (
                m.a(x, x, x, attn_mask=causal(3), is_causal=True),
                m.a(x, x, x, attn_mask=causal(3), is_causal=True, need_weights=False),
                m.a(x, x, x, attn_mask=causal(3) == -torch.inf, is_causal=True, need_weights=False),
            ),
            heads(),
        ),
        (SHORT,),
        ("multihead_attention",),
    ),
    "a layer of an encoder": (layer(), (SHORT,), LAYER),
    "a layer of an encoder, normalised first": (
        layer(norm_first=True, activation="gelu"),
        (SHORT,),
        PRE_NORM,
    ),
    "a layer of an encoder, padded": (
        calling(lambda m, x, p: m.a(x, src_key_padding_mask=p), layer()),
        (SHORT, PADDING),
        LAYER,
    ),
    "a causal encoder": (
        calling(
            lambda m, x: m.a(x, mask=causal(3)),
            nn.TransformerEncoder(layer(), 2, enable_nested_tensor=False),
        ),
        (SHORT,),
        LAYER,
    ),
    "an encoder with a mask that is given": (
        calling(
            lambda m, x, b: m.a(x, mask=b, is_causal=False),
            nn.TransformerEncoder(layer(), 2, enable_nested_tensor=False),
        ),
        (SHORT, BARRED),
        LAYER,
    ),
    "encoder and decoder": (
        calling(
            lambda m, x, z: m.a(x, z, tgt_mask=causal(5)), nn.Transformer(8, 2, 1, 1, 16, batch_first=True)
        ),
        (SHORT, LONG),
        LAYER,
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_recorded_attention_gives_the_modules_results(name: str) -> None:
    """Output and cotangents to rounding, and also where the module itself takes PyTorch's way of inference."""
    program, inputs, operations = PROGRAMS[name]
    program = program.double().eval()
    graph = record(program, inputs)
    assert graph.operations == operations
    given = [x.detach().clone().requires_grad_(x.is_floating_point()) for x in inputs]
    expected = program(*given)
    output, pullback = vjp(kernel_of(graph), state(program), [x.detach().numpy() for x in given])
    with torch.no_grad():
        inferred = program(*inputs)

    def same(found: Any, wanted: Any) -> None:
        for got, want in zip(flat(found), flat(wanted), strict=True):
            assert (got is None) == (want is None)
            if want is not None:
                torch.testing.assert_close(torch.from_numpy(got), want.detach())

    same(output, expected)
    same(output, inferred)
    leaves = [leaf for leaf in flat(expected) if leaf is not None]
    weights = iter([numbers(*leaf.shape, seed=3) for leaf in leaves])

    def cotangents(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(cotangents, value))
        return None if value is None else next(weights).numpy()

    g = cotangents(expected)
    params, pulled = pullback(g)
    names = [key for key, _ in program.named_parameters()]
    wanted = [*program.parameters(), *(x for x in given if x.requires_grad)]
    gradients = torch.autograd.grad(
        leaves,
        wanted,
        [torch.from_numpy(leaf) for leaf in flat(g) if leaf is not None],
        materialize_grads=True,
    )
    same([params[key] for key in names], list(gradients[: len(names)]))
    same([array for array in pulled if array is not None], list(gradients[len(names) :]))


@pytest.mark.parametrize("name", PROGRAMS)
def test_training_is_recorded_as_evaluation_is(name: str) -> None:
    """Without dropout there is no difference, also not in what PyTorch calls, with gradients or without."""
    program, inputs, operations = PROGRAMS[name]
    program = program.double()
    for part in program.modules():
        part.dropout = 0.0 if isinstance(part, nn.MultiheadAttention) else getattr(part, "dropout", None)  # type: ignore[assignment]
        if isinstance(part, nn.Dropout):
            part.p = 0.0
    graphs = [record(program.train(mode), inputs) for mode in (True, False)]
    frozen = record(program.requires_grad_(False), inputs)
    program.requires_grad_()
    assert [graph.operations for graph in (*graphs, frozen)] == [operations] * 3
    assert len({len(graph.nodes) for graph in (*graphs, frozen)}) == 1


def test_every_option_of_attention_arrives() -> None:
    """The config of a recorded attention is complete."""
    for program, inputs, _ in PROGRAMS.values():
        for node in record(program.double().eval(), inputs).nodes:
            if isinstance(node, Call):
                assert set(node.config) == set(signature(reference_class(node.operation)).parameters)


def test_the_causal_mask_of_a_hint_is_pytorchs() -> None:
    """PyTorch leaves the mask aside that it is given: what is recorded is the causal one, whatever was given."""
    program = calling(
        lambda m, x: m.a(x, x, x, attn_mask=torch.zeros(3, 3).double(), is_causal=True, need_weights=False),
        heads(),
    ).double()
    with torch.no_grad():
        expected, _ = program(SHORT)
    (output, _), _ = vjp(kernel_of(record(program, [SHORT])), state(program), [SHORT.numpy()])
    torch.testing.assert_close(torch.from_numpy(output), expected)


REFUSED: dict[str, tuple[nn.Module, tuple[Tensor, ...], str]] = {
    "dropout of an attention": (
        Program(lambda m, x: F.scaled_dot_product_attention(x, x, x, dropout_p=0.5)),
        (SHORT,),
        "dropout_p draws random numbers, in evaluation mode too .*" + "test_recording_attention.py:",
    ),
    "dropout of heads in training": (
        calling(lambda m, x: m.a(x, x, x), heads(dropout=0.5)).train(),
        (SHORT,),
        "dropout in training draws random numbers .*MultiheadAttention 'a'",
    ),
    "static keys": (
        calling(
            lambda m, x: F.multi_head_attention_forward(
                x,
                x,
                x,
                8,
                2,
                m.a.in_proj_weight,
                m.a.in_proj_bias,
                None,
                None,
                False,
                0.0,
                m.a.out_proj.weight,
                m.a.out_proj.bias,
                static_k=x.reshape(2, 3, 8),
            ),
            heads(),
        ),
        (SHORT,),
        "static keys and values",
    ),
    "one bias of two": (
        calling(
            lambda m, x: F.multi_head_attention_forward(
                x, x, x, 8, 2, m.a.in_proj_weight, None, None, None, False, 0.0, m.a.out_proj.weight, m.bias
            ),
            heads(),
        ),
        (SHORT,),
        "one bias of two",
    ),
    "three weights of one shape": (
        calling(
            lambda m, x: F.multi_head_attention_forward(
                x,
                x,
                x,
                8,
                2,
                None,
                None,
                None,
                None,
                False,
                0.0,
                m.a.out_proj.weight,
                None,
                use_separate_proj_weight=True,
                q_proj_weight=m.a.out_proj.weight,
                k_proj_weight=m.a.out_proj.weight,
                v_proj_weight=m.a.out_proj.weight,
            ),
            heads(),
        ),
        (SHORT,),
        "three weights of one shape",
    ),
    "an added key that a hint hides": (
        calling(
            lambda m, x: m.a(x, x, x, attn_mask=causal(3), is_causal=True, need_weights=False),
            heads(add_zero_attn=True),
        ),
        (SHORT,),
        "is_causal hides added keys",
    ),
    "a written mask elsewhere": (
        Program(lambda m, x, b: x[0, :, :3] + torch.zeros_like(b, dtype=x.dtype).masked_fill(b, -torch.inf)),
        (SHORT, BARRED),
        "masked_fill is outside the specification",
    ),
    "a search for a causal mask": (
        calling(
            lambda m, x, b: m.a(x, mask=b), nn.TransformerEncoder(layer(), 1, enable_nested_tensor=False)
        ),
        (SHORT, BARRED),
        "what depends on data, .*TransformerEncoder 'a'",
    ),
}
REFUSED["one bias of two"][0].bias = nn.Parameter(numbers(8))


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_place_is_refused_with_its_line(name: str) -> None:
    """The message names the reason, and the user's line or torch's layer."""
    program, inputs, message = REFUSED[name]
    with pytest.raises(NotRecordable, match=message):
        record(program.double(), inputs)


def test_what_depends_on_a_shape_alone_is_a_constant() -> None:
    """Zeros and ones like an input are no function of it."""
    program = Program(lambda m, x: x + torch.zeros_like(x) + x.new_ones(8) + torch.full_like(x[0, 0], 2.0))
    graph = record(program, [SHORT])
    assert graph.operations == ("add",)
    output, _ = vjp(kernel_of(graph), {}, [SHORT.numpy()])
    np.testing.assert_array_equal(output, arrays(program(SHORT)))
