"""Calling people to a run at once: STOP, and the loud override. (RUNS: `hold` pages the decider;
an override pages the decider and the managers.)"""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts import access
from accounts.enums import Right, Role
from accounts.models import User
from accounts.texts import full_stop
from lib.times import stamp
from notices import sending
from runbooks.enums import RunKind, RunRole
from runbooks.machine.events.copies import CopiesAsked
from runbooks.machine.events.event import LogLine, RunEvent
from runbooks.machine.events.gates import (
    GateOverridden,
    LabelledGate,
    OverrideAsked,
    OverrideWithdrawn,
)
from runbooks.machine.events.people import (
    HandOverAccepted,
    ReplacementConfirmed,
    ReplacementProposed,
    ReplacementWithdrawn,
)
from runbooks.machine.events.run import RunAborted, RunCompleted, RunHeld, RunResumed, RunTurnedBack
from runbooks.machine.overriding import OVERRIDE_WAITS, waiting
from runbooks.machine.state import RunState
from runbooks.models import Run


def of_stop(run: Run, state: RunState, line: LogLine, event: RunHeld, by: User) -> None:
    """Somebody said STOP, or the run was held for a second person: the decider; the managers where
    there is no decider. Who said it is not called."""
    decider = state.holder(RunRole.DECIDER)
    called = access.holding(Role.MANAGER) if decider is None else User.objects.filter(pk=decider)
    why = f" Reason: {full_stop(event.reason)}" if event.reason else ""
    if event.clock:
        cause = "The clock went back, and the run is on hold."
    elif event.mismatch:
        cause = "Wrong answers hold the run for a second person."
    else:
        cause = f"{by} said STOP."
    text = f"{cause}{why} Nothing moves until the run is resumed with a read-back. Look at it now."
    _call(called, run, line, by, ("stop", f"STOP: {named(run)}", text))


def of_asked_override(
    run: Run, state: RunState, line: LogLine, event: OverrideAsked, by: User
) -> None:
    """Somebody wants to pass a gate without its condition: the decider and all managers, while
    there is time to answer."""
    moment = stamp(line.at + OVERRIDE_WAITS)
    text = (
        f"{by} asks to pass without its condition: {_gate(state, event)} Reason:"
        f" {full_stop(event.reason)} It can be used from {moment} on. If it is not right,"
        f" call {by} now, or open the run and say STOP."
    )
    subject = f"Override asked for: {named(run)}"
    _call(_answerable(state), run, line, by, ("override-asked", subject, text))


def of_override(run: Run, state: RunState, line: LogLine, event: GateOverridden, by: User) -> None:
    """A gate was passed without its condition: the same people."""
    text = (
        f"{by} passed without its condition: {_gate(state, event)} Reason:"
        f" {full_stop(event.reason)} The run is marked, and a review is open: somebody else"
        " looks at it and closes it with a finding."
    )
    notice = ("overridden", f"OVERRIDDEN: {named(run)}", text)
    _call(_answerable(state), run, line, by, notice, asks=about_review(run.pk, line.sequence))


def of_proposed_replacement(
    run: Run, state: RunState, line: LogLine, event: ReplacementProposed, by: User
) -> None:
    """Somebody is to take a role from who is gone: everybody in the run, the one who is replaced
    first, who may be there after all; and who is to take it."""
    text = (
        f"{by} proposes {event.to_name} as {event.role} of this run, because who holds the role"
        f" is gone. Reason: {full_stop(event.reason)} A second person has to confirm it. If you"
        " hold the role and are there: open the run and object, or hand over yourself."
    )
    subject = f"Replacement proposed: {named(run)}"
    _call(_concerned(state, event), run, line, by, ("replacing", subject, text))


def of_replacement(
    run: Run, state: RunState, line: LogLine, event: ReplacementConfirmed, by: User
) -> None:
    """It was confirmed: the same people."""
    operator = event.role is RunRole.OPERATOR
    taken = "can take over now, and identifies the target first" if operator else "has it now"
    text = f"The role of {event.role} was taken from who is gone. {event.to_name} {taken}."
    subject = f"Replaced: the {event.role} of {named(run)}"
    _call(_concerned(state, event), run, line, by, ("replaced", subject, text))


def of_asked_copies(run: Run, state: RunState, line: LogLine, event: CopiesAsked, by: User) -> None:
    """Does anyone hold a newer copy? Everybody who may look, on the screen alone: whoever holds one
    need not be on call."""
    wanted = f" {full_stop(event.text)}" if event.text else ""
    sending.send_notice(
        access.with_right(Right.VIEW).exclude(pk=by.pk),
        key=f"copies-asked:{run.pk}:{line.sequence}",
        subject=f"Does anyone hold a copy? {named(run)}",
        text=f"{by} asks everybody.{wanted} Answer also when you hold none. Do not plug in a stick,"
        " and write on nothing that may be the last copy.",
        url=reverse("runbooks:run_copies", args=[run.pk]),
        at=line.at,
        about=about(run.pk),
        by_mail=False,
    )


#: What an event settles: the first words of the keys of its notices (none: all of the run), and how
#: it is said.
_SETTLED: dict[type[RunEvent], tuple[tuple[str, ...], str]] = {
    RunResumed: (("stop",), "The run was resumed."),
    RunTurnedBack: (("stop", "override-asked"), "The run was turned back."),
    OverrideAsked: (("override-asked",), "It was asked for again."),
    OverrideWithdrawn: (("override-asked",), "It was withdrawn."),
    GateOverridden: (("override-asked",), "It was used."),
    ReplacementProposed: (("replacing",), "A replacement was proposed again."),
    ReplacementConfirmed: (("replacing",), "It was confirmed."),
    ReplacementWithdrawn: (("replacing",), "It was withdrawn."),
    HandOverAccepted: (("replacing", "replaced"), "The run was taken over."),
    RunCompleted: ((), "The run was completed."),
    RunAborted: ((), "The run was aborted."),
}


def settle(run: Run, line: LogLine) -> None:
    """What `line`, just appended to the log of `run`, was asked for in a notice is over. (A review
    outlives its run: closing it settles its notices.)"""
    if settled := _SETTLED.get(type(line.event)):
        words, why = settled
        sending.settle(about(run.pk), why=why, at=line.at, words=words)


def lapse(
    run: Run, state: RunState, open_keys: Iterable[str], late: Container[str], at: datetime
) -> None:
    """Settle those of the notices `open_keys` about `run` that no event settles: a step or a run
    that is late no longer (`late` are the keys of what still is at `at`), and an override that
    can be used no longer."""
    for key in open_keys:
        word = key.partition(":")[0]
        if word in _LAPSING and key not in late:
            sending.settle(about(run.pk), why=_LAPSING[word], at=at, keys=[key])
        elif word == "override-asked" and waiting(state, at) is None:
            sending.settle(about(run.pk), why="It can no longer be used.", at=at, keys=[key])


_LAPSING = {
    "late-step": "The step is no longer late.",
    "quiet-run": "Something was written in the run.",
}


def about(run: int) -> str:
    """What a notice names that asks for something about a run."""
    return f"run:{run}"


def about_review(run: int, sequence: int) -> str:
    """What a notice names that asks for the review of an override."""
    return f"review:{run}:{sequence}"


def named(run: Run) -> str:
    """A run as the subject of a notice says it."""
    drill = " (drill)" if run.kind == RunKind.DRILL.value else ""
    return f"{run}{drill}"


def _concerned(
    state: RunState, event: ReplacementProposed | ReplacementConfirmed
) -> QuerySet[User]:
    return User.objects.filter(pk__in={*state.people, event.person, event.to}, is_active=True)


def _answerable(state: RunState) -> QuerySet[User]:
    managers = access.holding(Role.MANAGER).values("pk")
    decider = state.holder(RunRole.DECIDER)
    return User.objects.filter(Q(pk__in=managers) | Q(pk=decider))


def _gate(state: RunState, event: LabelledGate) -> str:
    index = event.step
    where = "before the start" if index is None else f"step {state.step(index).number}"
    return f"{event.label} ({where})."


def _call(
    people: QuerySet[User],
    run: Run,
    line: LogLine,
    by: User,
    notice: tuple[str, str, str],
    *,
    asks: str = "",
) -> None:
    """A drill is told in the product alone: nobody is to be called out of bed for one."""
    word, subject, text = notice
    sending.send_notice(
        people.exclude(pk=by.pk),
        key=f"{word}:{run.pk}:{line.sequence}",
        subject=subject,
        text=text,
        url=reverse("runbooks:run_detail", args=[run.pk]),
        at=line.at,
        about=asks or about(run.pk),
        by_mail=run.kind == RunKind.LIVE.value,
    )
