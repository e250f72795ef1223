"""Law: what the key is that add_zero_attn adds."""

from dataclasses import replace

import numpy as np

from ..trial import Trial


def key_of_zeros_is_a_bias(trial: Trial) -> None:
    """Adding a key of zeros is adding a bias whose key and value are 0."""
    case = trial.case
    bare = {name: array for name, array in case.params.items() if name not in ("bias_k", "bias_v")}
    zero = np.zeros((1, 1, case.config["embed_dim"]), case.dtype)
    plain = case.with_config(is_causal=False)
    zeros = replace(plain.with_config(add_zero_attn=True, add_bias_kv=False), params=bare)
    biases = replace(
        plain.with_config(add_zero_attn=False, add_bias_kv=True),
        params={**bare, "bias_k": zero, "bias_v": zero},
    )
    trial.agree_with_each_other(trial.run(biases), trial.run(zeros), zeros, "as a bias of zeros")
