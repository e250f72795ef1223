"""adamw as the paper writes it, in both of its forms."""

from ._adam import corrected_in_the_step_size, corrected_one_by_one
from ._alternate import Alternate, alternate_step

ALTERNATES: tuple[Alternate, ...] = (
    alternate_step("adamw", "corrected one by one", corrected_one_by_one),
    alternate_step("adamw", "corrected in the step size", corrected_in_the_step_size),
)
