"""Places, lengths of time and addresses as the run page writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from django.urls import reverse
from django.utils import timezone

from runbooks.machine.events.steps import PACE
from runbooks.machine.interlocks.interlock import Signature
from runbooks.machine.pace import haste
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.machine.statements import IN_DOUBT, NOTHING_TO_KEEP
from runbooks.procedure.irreversible import deletes
from runbooks.procedure.model import Step


def place_name(facts: ParameterFacts | None, *, loud: bool = False) -> str:
    """An instance as “ledger @ db-prod-1”, with `loud` its environment in capitals; a copy with the
    place where it is."""
    if facts is None:
        return "something the runbook does not name"
    host, environment = facts.fields.get("host"), facts.fields.get("environment")
    name = f"{facts.value} @ {host}" if host and host not in facts.value else facts.value
    if loud and environment:
        return f"{name}, {environment.upper()}"
    where = facts.fields.get("place")
    return f"{name}, {where}" if where and not loud else name


def act_words(step: Step) -> str:
    """What an irreversible step does to its target, loud."""
    return "DELETE" if deletes(step.guard) else "WRITE INTO"


def signing_words(signature: Signature | None) -> str:
    """What the decider does to a step that waits for a signature, or only for a release."""
    if signature is None:
        return "Release"
    if signature.basis == IN_DOUBT:
        return "Sign: the copy is good, and release"
    nothing = signature.basis == NOTHING_TO_KEEP
    return "Sign: nothing to keep, and release" if nothing else "Sign for the loss and release"


@lru_cache(maxsize=4000)
def address(name: str, *args: int | str) -> str:
    """The address of a page."""
    return reverse(name, args=args)


def clock_face(span: timedelta) -> str:
    """A length of time as hours, minutes and seconds: "00:48:12"; never negative."""
    seconds = max(int(span.total_seconds()), 0)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def hasty(state: RunState, index: int, ticked: Sequence[datetime]) -> tuple[str, ...]:
    """What is said of a tick that came too fast to have been looked at; nothing of any other.
    `ticked`: when the steps of the run were ticked, in order."""
    hurries = haste(state, index, ticked)
    return tuple(sentence for name, sentence in PACE if name in hurries)


def clock_time(moment: datetime) -> str:
    """The time of day of `moment` (aware) to the second, in the zone of the settings."""
    return f"{timezone.localtime(moment):%H:%M:%S %Z}"
