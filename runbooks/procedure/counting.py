"""How many steps a runbook has: counted in one place, with one meaning everywhere. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.procedure.model import Procedure, Step


@dataclass(frozen=True)
class StepCount:
    """The three together are all that the text holds.

    `steps`: the numbered steps of the main path, as the pages number them. `substeps`: the
    sub-steps of those. `contingency`: steps and sub-steps in sections off the main path, which are
    reached only on purpose.
    """

    steps: int
    substeps: int
    contingency: int

    def __str__(self) -> str:
        """ "28 steps, 2 sub-steps, 14 more in contingency sections"."""
        return ", ".join(filter(None, [_counted(self.steps, "step"), self.rest]))

    @property
    def rest(self) -> str:
        """What is not in `steps`, in words; '' for nothing."""
        inner = _counted(self.substeps, "sub-step") if self.substeps else ""
        aside = f"{self.contingency} more in contingency sections" if self.contingency else ""
        return ", ".join(filter(None, [inner, aside]))


def count_steps(procedure: Procedure) -> StepCount:
    """What `procedure` holds, by kind."""
    main = [procedure.steps[index] for index in procedure.main_path]
    numbered = sum(not step.is_substep for step in main)
    return StepCount(numbered, len(main) - numbered, len(procedure.steps) - len(main))


def count_timed(procedure: Procedure) -> int:
    """How many of the numbered steps of the main path say how long they take: themselves, or by
    their sub-steps, each of which does."""
    within: dict[int | None, list[Step]] = {}
    for index in procedure.main_path:
        step = procedure.steps[index]
        within.setdefault(step.parent, []).append(step)
    return sum(_is_timed(step, within) for step in within.get(None, ()))


def _is_timed(step: Step, within: Mapping[int | None, list[Step]]) -> bool:
    if step.guard.duration and step.guard.duration.expected is not None:
        return True
    inner = within.get(step.index, ())
    return bool(inner) and all(_is_timed(substep, within) for substep in inner)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
