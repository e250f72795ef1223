"""Law: without an activation between them, layers are one layer."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..case import Case
from ..tree import Array
from ..trial import Trial
from ._single import first_input, output_of


def stack_collapses(trial: Trial) -> None:
    """Two dense layers without an activation are one: its weight is the product of theirs."""
    case = trial.case
    if not case.exact:
        return
    x, first = first_input(case), case.params
    # The second layer is the first one's transpose: integers again, so that every sum is exact.
    second = {"weight": first["weight"].T.copy()}
    merged = {"weight": second["weight"] @ first["weight"]}
    if "bias" in first:
        second["bias"] = np.arange(len(second["weight"]), dtype=x.dtype)
        merged["bias"] = second["weight"] @ first["bias"] + second["bias"]

    def layer(params: Mapping[str, Array], x: Array) -> Case:
        outer, inner = params["weight"].shape
        return replace(case.with_config(in_features=inner, out_features=outer).with_inputs(x), params=params)

    hidden = output_of(trial, layer(first, x))
    one = layer(merged, x)
    trial.agree_with_each_other(
        trial.run(layer(second, hidden)), trial.run(one), one, "two layers against one"
    )
