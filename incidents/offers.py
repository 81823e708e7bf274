"""What the runs of an incident know and the incident does not: offered, and used by one press.

Used is nothing but stated: by the verbs that typed input calls, with the run and the step named in
the history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes, lifecycle, losses, notifications, records, summary
from incidents.enums import Certainty, Counted, LossOf, LossState, Moment, Status
from incidents.models import Incident, IncidentRun
from incidents.run_facts import Fact, facts
from incidents.summary import ClockField
from lib import times
from lib.refusals import Invalid, Refused
from runbooks.models import RunParameter
from runbooks.runs import persistence

_ORDER = list(Moment)
#: Units that are counted under a word of their own; everything else is records.
_COUNTED_AS = {
    loss.value: loss
    for loss in (LossOf.FILES, LossOf.BYTES, LossOf.ACCOUNTS, LossOf.TRANSACTIONS, LossOf.MESSAGES)
}


@dataclass(frozen=True)
class Offer:
    """A fact of a run that the incident lacks. `key` names it; `label` and `text` say what and how
    much. `alone`: no run offers another value for the same thing, so it is among "all"."""

    fact: Fact
    alone: bool

    @property
    def key(self) -> str:
        about = self.fact.moment.name.lower() if self.fact.moment else "stated"
        return f"{self.fact.run}:{self.fact.step}:{about}:{self.fact.name}"

    @property
    def label(self) -> str:
        if self.fact.moment is not None:
            return self.fact.moment.value
        return "lost" if self.fact.amount is not None else "notified"

    @property
    def text(self) -> str:
        fact = self.fact
        if fact.moment is not None:
            return f"{times.stamp(fact.time)} ({fact.name})"
        if fact.amount is not None:
            return f"{fact.amount:,} {fact.unit}"
        return f"{fact.whom}, {times.stamp(fact.time)}"


def read(
    incident: Incident, ticks: Sequence[ClockField], linked: Iterable[IncidentRun]
) -> tuple[Offer, ...]:
    """What is offered to `incident`, in the order of its clock, then losses, then who was told.

    `ticks` and `linked` are its clock and its runs (`summary.clock`, `with_runbook`). No query
    before a run has started; then one, four for each run whose state this process has not met, and
    two where a run counted a loss or told somebody.
    """
    if not lifecycle.takes_changes(Status(incident.status)):
        return ()
    runs = sorted((link.run for link in linked if link.run.started_at), key=lambda run: run.pk)
    if not runs:
        return ()
    chosen = RunParameter.objects.filter(run__in=runs, instance__system=incident.system_id)
    own = set(chosen.values_list("run", "name"))
    known = [
        fact
        for run in runs
        for fact in facts(
            persistence.known(run), {name for number, name in own if number == run.pk}
        )
    ]
    lacking = _lacking(incident, ticks, known)
    values = {(_thing(fact), _value(fact)) for fact in lacking}
    count = Counter(thing for thing, _ in values)
    offers = [Offer(fact, alone=count[_thing(fact)] == 1) for fact in lacking]
    return tuple(sorted(offers, key=lambda offer: _place(offer.fact)))


def claimed(offers: Collection[Offer]) -> frozenset[Moment]:
    """The moments among `offers`."""
    return frozenset(offer.fact.moment for offer in offers if offer.fact.moment is not None)


def use(
    incident: Incident, *, offers: Collection[str], seen: int | None, by: User, at: datetime
) -> Incident:
    """State what `offers` (keys of `Offer`) say: all of them, or nothing.

    Raises `Invalid` (offers) for none, for two values of one thing, and for a time that the clock
    does not take; `Refused` "not_offered" for what the incident has meanwhile, "closed",
    "changed_meanwhile".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    if not offers:
        raise Invalid({"offers": "Choose what the incident takes from its runs."})
    with transaction.atomic():
        row = changes.locked(incident, fields=_fields(offers), seen=seen)
        ticks = summary.clock(row.times.all())
        offered = {offer.key: offer for offer in read(row, ticks, row.runs.with_runbook())}
        gone = [key for key in offers if key not in offered]
        if gone:
            raise Refused(
                "not_offered",
                "The incident has a value of its own by now, or the run no longer says this:"
                f" {', '.join(_words(key) for key in gone)}. Nothing was saved.",
                "Look at the incident, then use what is still offered.",
            )
        taken = [offer for offer in offered.values() if offer.key in set(offers)]
        _check_one_each(taken)
        for offer in taken:
            try:
                _state(row, offer.fact, by=by, at=at)
            except Invalid as error:
                sentences = " ".join(error.errors.values())
                raise Invalid({"offers": f"“{offer.label}”: {sentences}"}) from None
        row.refresh_from_db()
        return row


def _lacking(incident: Incident, ticks: Sequence[ClockField], known: Sequence[Fact]) -> list[Fact]:
    """Those of `known` that nobody set or stated yet: of each run the first about a thing, and each
    value of a thing once."""
    clock = {tick.moment: tick for tick in ticks if tick.at is not None or tick.unknown}
    starts = (clock.get(moment) for moment in (Moment.BEGAN, Moment.NOTICED))
    since = min(tick.at for tick in starts if tick is not None and tick.at is not None)
    stated: set[str] = set()
    if any(fact.moment is None for fact in known):
        stated |= set(incident.losses.values_list("reason", flat=True))
        stated |= set(incident.notified.values_list("reason", flat=True))
    lacking: dict[tuple[object, ...], Fact] = {}
    for fact in known:
        if fact.moment in clock or (fact.moment is None and _reason(fact) in stated):
            continue
        if fact.moment is Moment.WRITES_STOPPED and fact.time < since:
            continue  # that was before the incident
        lacking.setdefault((fact.run, fact.name, _thing(fact)), fact)
    return list({(_thing(f), _value(f)): f for f in reversed(lacking.values())}.values())[::-1]


def _thing(fact: Fact) -> tuple[str, str]:
    """What a fact is about; two facts about one thing cannot both be so."""
    if fact.moment is not None:
        return "clock", fact.moment.value
    return ("lost", fact.unit) if fact.amount is not None else ("told", fact.whom)


def _value(fact: Fact) -> object:
    return fact.amount if fact.amount is not None else fact.time


def _place(fact: Fact) -> tuple[int, int, bool]:
    clock = _ORDER.index(fact.moment) if fact.moment else len(_ORDER)
    return clock, fact.run, fact.amount is None


def _reason(fact: Fact) -> str:
    """Where a statement is from, exact enough to know it again."""
    return f"{fact.source}: {fact.name}"


def _fields(keys: Collection[str]) -> set[str]:
    """The clock fields that `keys` name."""
    named = {part for key in keys for part in key.split(":")[2:3]}
    return {moment.value for moment in Moment if moment.name.lower() in named}


def _words(key: str) -> str:
    run, _, rest = key.partition(":")
    return f"“{rest.split(':')[1].replace('_', ' ')}” of run {run}" if ":" in rest else f"“{key}”"


def _check_one_each(taken: Sequence[Offer]) -> None:
    for thing, count in Counter(_thing(offer.fact) for offer in taken).items():
        if count > 1:
            raise Invalid({"offers": f"Two values for “{thing[1]}”: choose one of them."})


def _state(incident: Incident, fact: Fact, *, by: User, at: datetime) -> None:
    if fact.moment is not None:
        records.set_time(
            incident,
            moment=fact.moment,
            time=fact.time,
            certainty=Certainty.EXACT,
            source=fact.source,
            seen=None,
            by=by,
            at=at,
        )
    elif fact.amount is not None:
        loss = _COUNTED_AS.get(fact.unit, LossOf.RECORDS)
        losses.state(
            incident,
            what=loss,
            amount=fact.amount,
            unit="" if fact.unit in (loss.value, LossOf.RECORDS.value) else fact.unit,
            state=LossState.AT_FIRST,
            counted=Counted.CLAIMED,
            reason=_reason(fact),
            by=by,
            at=at,
        )
    else:
        why = _reason(fact)
        notifications.state(
            incident, whom=fact.whom, notified_at=fact.time, reason=why, by=by, at=at
        )
