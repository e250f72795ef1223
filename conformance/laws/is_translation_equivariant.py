"""Law: windows are the same everywhere."""

from ..trial import Trial
from ._single import first_input, output_of
from ._windows import grown, pair, span


def is_translation_equivariant(trial: Trial) -> None:
    """Inside the border, an input shifted by the stride gives the output shifted by one cell."""
    case = trial.case
    # Where every number is exact, so is every output: nothing is to be allowed for.
    if not case.exact:
        return
    config = case.config
    options = config["kernel_size"], config.get("dilation", 1), config["stride"] or config["kernel_size"]
    kernel, dilation, stride = map(pair, options)
    # Room for two windows, so that there is something to compare.
    rows, columns = (span(k, d) + s for k, d, s in zip(kernel, dilation, stride, strict=True))
    ample = grown(first_input(case), (rows, columns))
    plain = {"padding": 0, "ceil_mode": False, "return_indices": False}
    whole = case.with_config(**{name: plain[name] for name in plain if name in config}).with_inputs(ample)
    shifted = whole.with_inputs(ample[..., stride[0] :, stride[1] :].copy())
    beside = output_of(trial, whole)[..., 1:, 1:]
    trial.agree_with_each_other(trial.run(shifted), beside, shifted, "the shifted input")
