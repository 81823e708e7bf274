"""What somebody says of their own state: the fatigue check."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from runbooks.machine.entries import line, number, yes
from runbooks.machine.events.people import FitnessStated
from runbooks.machine.move import EVERYONE, NOT_ENDED, Move, Request, Rule
from runbooks.machine.requests import Malformed, Outcome
from runbooks.machine.state import RunState

MOST_HOURS = 72
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, kw_only=True)
class StateFitness(Move):
    """Answer the fatigue check: hours awake, alone or not, and the time where you are. The answer
    stays with the run."""

    kind = "state_fitness"
    title, button = "How are you?", "Say how I am"
    rule = Rule(NOT_ENDED, EVERYONE, moving=False, independent=True)
    first_events = frozenset({"fitness.stated"})
    # Nobody comes near anything by saying how they are, and it is counted nowhere.
    keeps_refusals = False

    hours_awake: int = field(
        metadata=number(
            "Hours since you last slept",
            least=0,
            most=MOST_HOURS,
            size=3,
            empty="Write the hours; a guess will do.",
            wrong=f"Write whole hours, 0 to {MOST_HOURS}.",
            example=17,
        )
    )
    local_time: str = field(
        default="",
        metadata=line(
            "Time where you are",
            help="Such as 03:40.",
            described="Where they are, such as `03:40`.",
            max_length=5,
            size=5,
            example="03:40",
        ),
    )
    alone: bool = field(default=False, metadata=yes("I am alone at this.", example=True))

    def decide(self, state: RunState, request: Request) -> Outcome:
        errors = {}
        if isinstance(self.hours_awake, bool) or not 0 <= self.hours_awake <= MOST_HOURS:
            errors["hours_awake"] = f"Write how many hours you are awake, 0 to {MOST_HOURS}."
        clock = self.local_time.strip()
        if clock and not _CLOCK.fullmatch(clock):
            errors["local_time"] = "Write the time where you are, such as 03:40."
        if errors:
            return Malformed(errors)
        event = FitnessStated(hours_awake=self.hours_awake, alone=self.alone, local_time=clock)
        return (event,)
