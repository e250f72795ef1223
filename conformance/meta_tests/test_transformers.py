"""The transformers are those of the literature: their parameters, what sees what, and dropout that is none."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from conformance.graph import Call, Graph
from conformance.recorder import record
from conformance.specification import build_model, reference_class

ENCODER = {"in_features": 6, "embedding_dim": 8, "num_heads": 2, "feedforward_dim": 16, "num_classes": 3}
DECODER = {"vocabulary_size": 7, "embedding_dim": 8, "num_heads": 2, "context_length": 5}
TOKENS = torch.tensor([[1, 2, 3, 4, 5], [6, 0, 0, 1, 2]])


def parameters(name: str, **sizes: Any) -> int:
    """The number of parameters of a model that occupies no memory."""
    with torch.device("meta"):
        module = reference_class(name)(**sizes)
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("embedding_dim", "num_heads", "num_layers", "count"),
    [
        # GPT-2's smallest and its largest model; the paper's figures for them are 117M and 1542M.
        (768, 12, 12, 124_439_808),
        (1600, 25, 48, 1_557_611_200),
    ],
)
def test_gpt2_has_its_parameters(embedding_dim: int, num_heads: int, num_layers: int, count: int) -> None:
    """As many as in the weights that were published, where the embeddings are those of the logits too."""
    sizes = {"embedding_dim": embedding_dim, "num_heads": num_heads, "num_layers": num_layers}
    sizes |= {"vocabulary_size": 50_257, "context_length": 1024}
    assert parameters("transformer_decoder", **sizes) == count
    untied = parameters("transformer_decoder", **sizes, tie_weights=False)
    assert untied == count + 50_257 * embedding_dim


def test_the_base_encoder_has_its_parameters() -> None:
    """Six layers of the sizes of Vaswani et al. (2017), table 3, base: what each adds is what its shapes say."""
    sizes = {"embedding_dim": 512, "num_heads": 8, "feedforward_dim": 2048, "max_length": 100}
    one, seven = (
        parameters("transformer_encoder", in_features=8, num_layers=layers, **sizes) for layers in (1, 7)
    )
    layer = 4 * 512 * (512 + 1) + 2 * 2 * 512 + (512 + 1) * 2048 + (2048 + 1) * 512
    assert seven - one == 6 * layer == 18_914_304
    assert one == layer + (8 + 1) * 512 + 100 * 512 + (512 + 1) * 10
    assert (
        parameters("transformer_encoder", in_features=8, num_layers=1, norm_first=True, **sizes) == one + 1024
    )
    tokens = parameters("transformer_encoder", in_features=8, num_layers=1, tokens=True, **sizes)
    assert tokens == one - 512


def test_no_token_sees_a_later_one() -> None:
    """The logits up to a token are the same whatever follows, and those from it on are not."""
    model = build_model("transformer_decoder", DECODER, 0)
    other = TOKENS.clone()
    other[:, 3] = 0
    same = (model(TOKENS) == model(other)).all(-1)
    assert same.tolist() == [[True, True, True, False, False]] * 2


def test_weights_are_tied_or_not() -> None:
    """Tied logits are products with the embeddings; a model with weights of its own starts elsewhere."""
    tied = build_model("transformer_decoder", DECODER, 0)
    untied = build_model("transformer_decoder", {**DECODER, "tie_weights": False}, 0)
    assert "output.weight" not in dict(tied.named_parameters())
    assert untied.get_submodule("output").weight.shape == (7, 8)
    with torch.no_grad():
        tied.get_parameter("embedding.weight").zero_()
        assert not tied(TOKENS).any()


def test_what_is_added_in_a_deep_model_starts_small() -> None:
    """Its standard deviation is 0.02 over the root of the number of terms that are added."""
    deep = build_model("transformer_decoder", {**DECODER, "embedding_dim": 64, "num_layers": 8}, 0)
    for name, expected in (
        ("blocks.0.attention.projections.weight", 0.02),
        ("blocks.0.attention.output.weight", 0.02 / 4),
        ("blocks.7.contract.weight", 0.02 / 4),
    ):
        weight = deep.get_parameter(name).detach()
        # The deviation of n normal numbers has itself one of 1 / sqrt(2 n) of it: five of them are a few percent.
        assert abs(float(weight.std()) - expected) < 5 * expected / math.sqrt(2 * weight.numel())


@pytest.mark.parametrize("norm_first", [False, True])
def test_positions_are_all_that_tells_an_order(norm_first: bool) -> None:
    """Without them a sequence and its permutation have the same logits."""
    model = build_model("transformer_encoder", {**ENCODER, "norm_first": norm_first}, 0).double()
    x = torch.linspace(-1, 1, 2 * 4 * 6, dtype=torch.float64).reshape(2, 4, 6).cos()
    permuted = x[:, [2, 0, 3, 1]]
    assert not torch.allclose(model(x), model(permuted))
    with torch.no_grad():
        model.get_parameter("position.weight").zero_()
    torch.testing.assert_close(model(x), model(permuted))


def test_an_image_is_read_row_by_row() -> None:
    """The channels of a row lie side by side."""
    model = build_model("transformer_encoder", ENCODER, 0)
    image = torch.linspace(-1, 1, 2 * 2 * 4 * 3).reshape(2, 2, 4, 3)
    rows = torch.stack([image[:, :, row].reshape(2, 6) for row in range(4)], dim=1)
    assert torch.equal(model(image), model(rows))


def test_layers_start_with_numbers_of_their_own() -> None:
    """No layer is another one's copy."""
    model = build_model("transformer_encoder", ENCODER, 0)
    first, second = (model.get_parameter(f"layers.{layer}.linear1.weight") for layer in range(2))
    assert not torch.equal(first, second)


@pytest.mark.parametrize(
    ("name", "sizes", "x"),
    [("transformer_encoder", ENCODER, torch.ones(2, 4, 6)), ("transformer_decoder", DECODER, TOKENS)],
)
def test_dropout_is_none_in_evaluation(name: str, sizes: dict[str, int], x: torch.Tensor) -> None:
    """The same numbers and the same recorded operations as without any; in training other ones each time."""
    plain, dropping = (build_model(name, {**sizes, "dropout": rate}, 0).eval() for rate in (0.0, 0.5))
    assert torch.equal(plain(x), dropping(x))
    assert _calls(record(plain, [x])) == _calls(record(dropping, [x]))
    dropping.train()
    assert not torch.equal(dropping(x), dropping(x))
    kinds = {
        type(part) for part in dropping.modules() if getattr(part, "p", 0) or getattr(part, "dropout", 0)
    }
    assert nn.Dropout in kinds


def _calls(graph: Graph) -> list[tuple[str, dict[str, Any]]]:
    return [(node.operation, dict(node.config)) for node in graph.nodes if isinstance(node, Call)]


def test_a_sequence_may_be_shorter_than_the_context() -> None:
    """Positions count from the start; longer ones there are none."""
    model = build_model("transformer_decoder", DECODER, 0)
    torch.testing.assert_close(model(TOKENS)[:, :2], model(TOKENS[:, :2]))
    with pytest.raises(IndexError):
        model(torch.zeros(1, 6, dtype=torch.int64))
