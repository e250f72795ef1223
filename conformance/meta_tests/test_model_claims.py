"""What the source material claims of models, and what a wrong wiring of one would change."""

import torch

from conformance.specification import build_model


def test_an_image_is_the_sequence_of_its_rows() -> None:
    """Row by row, from top to bottom; the last row decides what the first ones could not."""
    model = build_model("lstm_classifier", {"in_features": 6, "hidden_size": 5, "num_classes": 3}, 0)
    image = torch.linspace(-1, 1, 2 * 2 * 4 * 3).reshape(2, 2, 4, 3)
    rows = torch.stack([image[:, :, row].reshape(2, 6) for row in range(4)], dim=1)
    assert torch.equal(model(image), model(rows))
    assert not torch.equal(model(rows), model(rows.flip(1)))


def test_the_state_of_an_lstm_does_not_grow_with_the_sequence() -> None:
    """Four gates of hidden_size rows, whatever the number of steps: 4 * H * (F + H + 2), and the last layer."""
    model = build_model("lstm_classifier", {"in_features": 8, "hidden_size": 64, "num_classes": 10}, 0)
    assert sum(p.numel() for p in model.parameters()) == 4 * 64 * (8 + 64 + 2) + 64 * 10 + 10
    assert model(torch.zeros(1, 3, 8)).shape == model(torch.zeros(1, 300, 8)).shape == (1, 10)
