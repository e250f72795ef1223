"""The references of the optimisers are torch.optim's own steps, bit for bit, and pure."""

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from conformance.case import Case
from conformance.meta_tests.stored_cases import STORED_CASES
from conformance.specification import build, reference_class

TORCHS: Mapping[str, type[torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}

ADAM: Mapping[str, tuple[Any, ...]] = {
    "lr": (0.013,),
    "betas": ((0.9, 0.999), (0.8, 0.6)),
    "eps": (1e-8, 0.1),
    "weight_decay": (0, 0.07),
    "amsgrad": (False, True),
    "maximize": (False, True),
}

CHOICES: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "sgd": {
        "lr": (0.013,),
        "momentum": (0, 0.9),
        "dampening": (0, 0.3),
        "weight_decay": (0, 0.07),
        "nesterov": (False, True),
        "maximize": (False, True),
    },
    "adam": {**ADAM, "decoupled_weight_decay": (False, True)},
    "adamw": ADAM,
}


def configs(name: str) -> Iterator[dict[str, Any]]:
    """All combinations of options that torch takes."""
    for values in itertools.product(*CHOICES[name].values()):
        config = dict(zip(CHOICES[name], values, strict=True))
        if not config.get("nesterov") or (config["momentum"] and not config["dampening"]):
            yield config


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", TORCHS)
def test_ten_steps_are_torchs(name: str, dtype: torch.dtype) -> None:
    """Params and state after each of ten steps equal those of torch.optim, exactly, whatever the options."""
    generator = torch.Generator().manual_seed(1)
    for config in configs(name):
        params = {
            key: torch.randn(shape, generator=generator, dtype=dtype)
            for key, shape in {"weight": (3, 7), "bias": ()}.items()
        }
        learned = {key: param.clone().requires_grad_() for key, param in params.items()}
        optimizer = TORCHS[name](list(learned.values()), **config, foreach=False)  # type: ignore[call-arg]
        state: dict[str, Tensor] = {}
        for _ in range(10):
            gradients = {
                key: torch.randn(p.shape, generator=generator, dtype=dtype) for key, p in params.items()
            }
            params, state = reference_class(name)(**config)(params, gradients, state)
            for key, param in learned.items():
                param.grad = gradients[key].clone()
            optimizer.step()
            kept = {
                f"{key}.{part}": value
                for key, param in learned.items()
                for part, value in optimizer.state[param].items()
                if value is not None
            }
            assert state.keys() == kept.keys()
            assert all(torch.equal(params[key], param) for key, param in learned.items()), config
            assert all(torch.equal(state[key], value.to(dtype)) for key, value in kept.items()), config


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{case.operation}-{i}") for i, case in enumerate(STORED_CASES) if case.mappings],
)
def test_step_is_pure(case: Case) -> None:
    """A step writes to no argument, changes no mapping, and returns no memory that it was given."""
    params = {name: torch.tensor(array) for name, array in case.params.items()}
    mappings = case.passed([torch.tensor(array) for array in case.inputs])
    given = [*params.values(), *(x for mapping in mappings for x in mapping.values())]
    stepped, rest = build(case)(params, *mappings)
    assert [tuple(mapping) for mapping in mappings] == list(case.mappings)
    assert all(x._version == 0 for x in given)
    returned = [*stepped.values(), *(rest.values() if isinstance(rest, dict) else (rest,))]
    memory = {x.untyped_storage().data_ptr() for x in given}
    assert all(x.untyped_storage().data_ptr() not in memory for x in returned)


NORM_TYPES = (2.0, 1.0, math.inf, "inf", 3.0, 0.5, 0.0, -math.inf, -1.0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("norm_type", NORM_TYPES)
@pytest.mark.parametrize("max_norm", [1, 0.0, 0.01, 100.0, math.inf])
def test_clipping_is_torchs(max_norm: float, norm_type: float | str, dtype: torch.dtype) -> None:
    """Gradients and total norm equal those of torch's function, exactly, also where nan and infinities are."""
    generator = torch.Generator().manual_seed(2)
    for odd in (None, 0.0, math.nan, math.inf):
        gradients = {
            key: torch.randn(shape, generator=generator, dtype=dtype)
            for key, shape in {"weight": (3, 7), "bias": ()}.items()
        }
        if odd is not None:
            gradients["weight"][1, 2] = odd
        learned = {key: gradient.clone().requires_grad_() for key, gradient in gradients.items()}
        for key, param in learned.items():
            param.grad = gradients[key].clone()
        expected = torch.nn.utils.clip_grad_norm_(learned.values(), max_norm, norm_type, foreach=False)  # type: ignore[arg-type]
        clipped, total = reference_class("clip_grad_norm")(max_norm, norm_type)({}, gradients)
        np.testing.assert_array_equal(total.numpy(), expected.numpy())
        for key, param in learned.items():
            assert param.grad is not None
            np.testing.assert_array_equal(clipped[key].numpy(), param.grad.numpy())


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_norm_that_is_not_finite_is_refused_as_torch_refuses_it(odd: float) -> None:
    """With error_if_nonfinite: torch raises RuntimeError, the reference ValueError."""
    gradient = torch.tensor([1.0, odd])
    param = torch.zeros(2, requires_grad=True)
    param.grad = gradient.clone()
    with pytest.raises(RuntimeError, match="non-finite"):
        torch.nn.utils.clip_grad_norm_([param], 1.0, error_if_nonfinite=True)
    with pytest.raises(ValueError, match="total norm"):
        reference_class("clip_grad_norm")(1.0, error_if_nonfinite=True)({}, {"weight": gradient})


@pytest.mark.parametrize("max_norm", [-1.0, math.nan])
def test_a_bound_that_is_no_bound_is_refused(max_norm: float) -> None:
    """Torch turns gradients round where it is negative: a quirk that the specification refuses."""
    with pytest.raises(ValueError, match="max_norm"):
        reference_class("clip_grad_norm")(max_norm)
    with pytest.raises(NotImplementedError, match="max_norm is a tensor"):
        reference_class("clip_grad_norm")(torch.tensor(max_norm))


@pytest.mark.parametrize("name", TORCHS)
def test_tensor_as_an_option_is_refused(name: str) -> None:
    """A learning rate that is a tensor, which torch takes, is refused with a reason."""
    with pytest.raises(NotImplementedError, match="lr is a tensor"):
        reference_class(name)(lr=torch.tensor(0.1))
