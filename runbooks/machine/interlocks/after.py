"""What follows a restore: switched on again, copied, put away, compared. No run closes without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from inventory.enums import Medium, YesNoUnknown
from runbooks.enums import (
    Deviation,
    Purpose,
    Rearmed,
    RunKind,
    StepStatus,
)
from runbooks.machine.events.copies import CopyRegistered
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.inventory import DataCompared, RearmStated
from runbooks.machine.interlocks.interlock import Interlock, Wrong, utc
from runbooks.machine.interlocks.newcopy import called
from runbooks.machine.requests import Gate
from runbooks.machine.state import RunState
from runbooks.procedure.guards.acts import Overwrite, Rearm
from runbooks.procedure.guards.copies import Compare, MakeCopy, Quarantine, Verify
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.model import Step, ValueSpec

ON_AGAIN, NOT_USED = "on again", "not used here"
#: Tools print a moment to the second or to a part of it.
_EXACT = timedelta(seconds=1)


class RearmInterlock(Interlock[Rearm]):
    """Everything that the restore stopped is said to be on again, one by one."""

    judges = Rearm
    source = "Travis CI 2018 and Flowdock 2020: jobs, alerts and sequences stayed off after it"

    def asks(self) -> tuple[ValueSpec, ...]:
        things = self.demand.things
        return tuple(self.ask(thing, options=(ON_AGAIN, NOT_USED)) for thing in things)

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        things = self.demand.things
        answers = {thing.value: values[f"rearm.{thing}"] for thing in things}
        return (RearmStated(step=self.index, answers=answers),)


class QuarantineInterlock(Interlock[Quarantine]):
    """What was replaced is put where nobody works with it, and kept until a day that is named."""

    judges = Quarantine
    source = "B18: the old data is the way back and the evidence; it is kept, never dropped"

    def asks(self) -> tuple[ValueSpec, ...]:
        return (
            self.ask("place"),
            self.ask("medium", options=tuple(Medium)),
            self.ask("delete_not_before", or_day=True),
        )

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        until = values.get("quarantine.delete_not_before")
        if until is None or datetime.fromisoformat(until) > at:
            return None
        return Wrong(
            f"The day before which nothing is deleted lies in the past: it is {utc(at)} now."
        )

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        event = CopyRegistered(
            step=self.index,
            parameter=self.parameter,
            purpose=Purpose.QUARANTINE,
            name=called(self.state, self.index, f"{self.facts.value}-replaced"),
            place=values["quarantine.place"],
            medium=values["quarantine.medium"],
            encrypted=YesNoUnknown.UNKNOWN.value,
            sha256="",
            fingerprint="",
            size=None,
            data_as_of=None,
            how="",
            delete_not_before=datetime.fromisoformat(values["quarantine.delete_not_before"]),
        )
        return (event,)


class CompareInterlock(Interlock[Compare]):
    """The newest restored record is the one that was read in the chosen copy."""

    judges = Compare
    source = (
        "A restore is done when its data is what the copy promised, not when the tool ends; D26"
    )

    def asks(self) -> tuple[ValueSpec, ...]:
        return (self.ask("newest"),)

    def gates(self, at: datetime) -> tuple[Gate, ...]:
        name = self.facts.value
        how = "A step that verifies this copy comes first: it says what the copy promises."
        known = promised(self.state, self.parameter) is not None
        return (self.gate("verified", f"{name} verified in this run", known, how),)

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        wanted, typed = promised(self.state, self.parameter), values.get("compare.newest")
        if wanted is None or typed is None:
            return None
        newest = datetime.fromisoformat(typed)
        if abs(newest - wanted) < _EXACT:
            return None
        return Wrong(
            f"The newest restored record is of {utc(newest)}, and"
            f" {self.facts.value} promised {utc(wanted)}. Something else was"
            " restored, or not all of it.",
            Deviation.WRONG_COPY,
        )

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        event = DataCompared(
            step=self.index,
            parameter=self.parameter,
            name=self.facts.value,
            newest=datetime.fromisoformat(values["compare.newest"]),
        )
        return (event,)


def promised(state: RunState, parameter: str) -> datetime | None:
    """The newest record that a finished step of this run read in the copy `parameter`."""
    read = [state.steps[step.index] for step in _done_about(state, Verify, parameter, after=0)]
    if not read:
        return None
    newest = max(read, key=lambda step: step.touched)
    return datetime.fromisoformat(newest.values["verify.newest"])


def missing(state: RunState) -> tuple[str, ...]:
    """What a live run that has overwritten something still owes before it can be completed, a few
    words each; nothing in a drill."""
    if state.kind is not RunKind.LIVE:
        return ()
    return tuple(dict.fromkeys(_missing(state)))


def _missing(state: RunState) -> Iterator[str]:
    for act in _done(state, Overwrite, after=0):
        since, overwrite = state.steps[act.index].touched, act.guard[Overwrite]
        target, source = overwrite.target, overwrite.source
        rearming = _done(state, Rearm, since)
        stated = {thing for step in rearming for thing in step.guard[Rearm].things}
        silent = [thing.value for thing in Rearmed if thing not in stated]
        if silent:
            yield f"re-arm ({', '.join(silent)})"
        if not _copied(state, target, since):
            yield f"a new backup copy of {state.name_of(target)}, read back"
        if not _done_about(state, Quarantine, target, since):
            yield f"quarantine of what was replaced on {state.name_of(target)}, with its date"
        if not state.procedure.is_copy(source) or _done_about(state, Compare, source, after=0):
            continue
        yield f"comparison of the restored data with {state.name_of(source)}"


def _done(state: RunState, kind: type[Demand], after: int) -> list[Step]:
    """The steps with a demand of this kind that were finished after the event number `after`."""
    return [
        step
        for step in state.procedure.steps
        if kind in step.guard
        and state.steps[step.index].status is StepStatus.DONE
        and state.steps[step.index].touched > after
    ]


def _done_about(state: RunState, kind: type[Demand], parameter: str, after: int) -> list[Step]:
    """Those of them that are about what was chosen for `parameter`."""
    steps = _done(state, kind, after)
    return [step for step in steps if step.guard[kind].about == parameter]


def _copied(state: RunState, target: str, after: int) -> bool:
    made = [
        copy
        for copy in state.stated.copies
        if (copy.of, copy.purpose) == (target, Purpose.BACKUP) and copy.verified_at is not None
    ]
    return any(copy.step == step.index for copy in made for step in _done(state, MakeCopy, after))


INTERLOCKS = (RearmInterlock, QuarantineInterlock, CompareInterlock)
