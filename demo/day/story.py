"""What is told of the day: who tried what, which mistake it was, what was said to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo.day.crew import Crew
from demo.day.interface import StoryInterface
from lib.refusals import Invalid, Refused
from runbooks.enums import RunStatus, StepStatus


@dataclass(frozen=True)
class StoryLine:
    """One attempt, as “The `who` `tried`.” `code`, `sentence` and `remedy` are what the product
    said to it, '' for what went through. `mistake`: which of the twenty it was, '' for none."""

    mistake: str
    who: str
    tried: str
    code: str = ""
    sentence: str = ""
    remedy: str = ""


class DayBroken(AssertionError):
    """A mistake of the day went through, or was refused for another reason than it should."""


@dataclass
class Day:
    """The people of the demonstration, before a door."""

    door: StoryInterface

    def done(self, who: str, tried: str) -> StoryLine:
        """Something that is right, and was done."""
        return StoryLine("", who, tried)

    def refused(
        self, mistake: str, who: str, tried: str, code: str, deed: Callable[[], object]
    ) -> StoryLine:
        """Try `deed`, which must be refused with `code`. Raises `DayBroken` when it is not."""
        try:
            deed()
        except Refused as no:
            line = StoryLine(mistake, who, tried, no.code, no.sentence, no.remedy)
        except Invalid as no:
            line = StoryLine(mistake, who, tried, "invalid", " ".join(no.errors.values()))
        else:
            raise DayBroken(f"{mistake}: {who} {tried}, and it went through.")
        if line.code != code:
            answer = f"refused as {line.code}, not as {code}. {line.sentence}"
            raise DayBroken(f"{mistake}: {who} {tried}: {answer}")
        return line

    def differs(
        self,
        mistake: str,
        who: str,
        tried: str,
        deed: Callable[[], object],
        *,
        crew: Crew,
        step: int,
        held: bool = False,
    ) -> StoryLine:
        """Try `deed`, which must send `step` to its diagnosis, and the run into a hold where `held`
        says so. Raises `DayBroken` when it does not."""
        deed()
        state = crew.state
        now = state.steps[step]
        if now.status is not StepStatus.MISMATCH:
            raise DayBroken(f"{mistake}: {who} {tried}, and step {step} is {now.status}.")
        if (state.status is RunStatus.ON_HOLD) is not held:
            raise DayBroken(f"{mistake}: {who} {tried}, and the run is {state.status}.")
        remedy = "The run is on hold for a second person." if held else "Diagnose first."
        return StoryLine(mistake, who, tried, "mismatch", now.reason, remedy)
