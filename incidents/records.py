"""Verbs on the facts of an incident: open, edit, judge, change its status, set its clock.

All need `Right.KEEP_INCIDENTS` (`Refused` 403 without it) and run in one transaction. `seen`: the
version of the incident that the sender had read (see `changes.locked`). Times are aware.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes, closing, lifecycle, run_updates, unknowns, words
from incidents.enums import Certainty, Kind, Moment, Severity, Status
from incidents.models import Incident, IncidentTime
from inventory.models import Change, System
from lib import times
from lib.refusals import Invalid, Refused
from lib.units import durations

FACTS = ("title", "kind", "system", "what_happened")
PROMISE = ("rpo", "rto", "mtd")
LONGEST_STORY = 20_000
_TAKEN = "There is an incident with this title already: open that one, or say what differs."


def open(
    *,
    title: str,
    system: System,
    what_happened: str,
    noticed_at: datetime,
    certainty: Certainty = Certainty.ABOUT,
    kind: Kind = Kind.DATA_LOSS,
    by: User,
    at: datetime,
) -> Incident:
    """Open an incident: four facts, everything else later. It is declared `at`, and keeps what is
    promised of its system at that moment.

    Raises `Invalid` (title, what_happened, noticed_at) for a missing or too long text, a title that
    is taken, or a moment in the future.
    """
    access.check(by, Right.KEEP_INCIDENTS)
    errors: dict[str, str] = {}
    incident = Incident(kind=Kind(kind).value, system=system, opened_at=at, opened_by=by)
    promised = _promise(incident, system)
    _put_texts(incident, title, what_happened, errors)
    if noticed_at > at:
        errors["noticed_at"] = f"{times.stamp(noticed_at)} is in the future: when was it noticed?"
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        _save(incident)
        clock = {Moment.NOTICED: (noticed_at, certainty), Moment.DECLARED: (at, Certainty.EXACT)}
        change = {name: ("", value) for name, value in _facts(incident).items()} | promised
        for moment, (time, sure) in clock.items():
            incident.times.create(moment=moment.value, at=time, certainty=Certainty(sure).value)
            change[moment.value] = ("", words.when(time, sure))
        changes.write(incident, "opened the incident", change, opening=True, by=by, at=at)
    return incident


def edit(
    incident: Incident,
    *,
    title: str,
    kind: Kind,
    system: System,
    what_happened: str,
    seen: int | None,
    by: User,
    at: datetime,
) -> Incident:
    """Change title, kind, system and what happened. Writes nothing when nothing differs. With
    another system comes what was promised of that one when the incident was declared.

    Raises `Invalid` as `open` does; `Refused` "closed", "changed_meanwhile".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    with transaction.atomic():
        row = changes.locked(incident, fields=FACTS, seen=seen)
        before = _facts(row)
        errors: dict[str, str] = {}
        promised = _promise(row, system) if system != row.system else {}
        row.kind, row.system = Kind(kind).value, system
        _put_texts(row, title, what_happened, errors)
        if errors:
            raise Invalid(errors)
        after = _facts(row)
        change = {
            name: (before[name], after[name]) for name in FACTS if before[name] != after[name]
        }
        change |= promised
        if change:
            _save(row, change, by=by, at=at)
        return row


def judge(
    incident: Incident,
    *,
    severity: Severity,
    reason: str = "",
    seen: int | None,
    by: User,
    at: datetime,
) -> Incident:
    """Judge how bad it is. Raises `Refused` "closed", "changed_meanwhile"."""
    access.check(by, Right.KEEP_INCIDENTS)
    why = changes.reason(reason)
    with transaction.atomic():
        row = changes.locked(incident, fields={"severity"}, seen=seen)
        old, row.severity = row.severity, Severity(severity).value
        if old != row.severity:
            change = {"severity": (old, row.severity)}
            changes.write(row, "judged the severity", change, reason=why, by=by, at=at)
        return row


def change_status(
    incident: Incident,
    *,
    status: Status,
    reason: str = "",
    seen: int | None,
    by: User,
    at: datetime,
) -> Incident:
    """Move the incident to `status`, as `lifecycle.STEPS` allows.

    Raises `Refused` "status" for a change that the table does not have, "unfinished" for a closing
    that lacks something (`closing.check`), "changed_meanwhile"; `Invalid` (reason) when the change
    goes back and says not why.
    """
    access.check(by, Right.KEEP_INCIDENTS)
    with transaction.atomic():
        row = changes.locked(incident, fields={"status"}, seen=seen, closed=True)
        old, new = Status(row.status), Status(status)
        step = lifecycle.step(old, new)
        if step is None:
            raise Refused("status", *_no_step(old, new))
        needed = f"Say why the incident goes back from {old.value} to {new.value}."
        why = changes.reason(reason, needed if step.reason else "")
        if new is Status.CLOSED:
            closing.check(row)
        row.status = new.value
        row.closed_at = at if new is Status.CLOSED else None
        verb = "reopened the incident" if old is Status.CLOSED else "changed the status"
        changes.write(row, verb, {"status": (old.value, new.value)}, reason=why, by=by, at=at)
        run_updates.runs(row, by=by, at=at)
        return row


def set_time(
    incident: Incident,
    *,
    moment: Moment,
    time: datetime,
    certainty: Certainty,
    source: str = "",
    seen: int | None,
    by: User,
    at: datetime,
) -> Incident:
    """Set one clock field. `source` says where the time is from, for the history.

    Raises `Invalid` (time) for a moment in the future, or one that stands on the wrong side of
    another (`lifecycle.ORDER`); `Refused` "closed", "changed_meanwhile".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    moment = Moment(moment)
    if time > at:
        raise Invalid({"time": f"{times.stamp(time)} is in the future."})
    with transaction.atomic():
        row = changes.locked(incident, fields={moment.value}, seen=seen)
        clock = {Moment(kept.moment): kept for kept in row.times.all()}
        _check_order(moment, time, clock)
        old = clock.get(moment)
        before = words.clock(old)
        if old is None or (old.at, old.certainty) != (time, certainty):
            row.times.update_or_create(
                moment=moment.value,
                defaults={"at": time, "certainty": Certainty(certainty).value, "unknown": ""},
            )
            change = {moment.value: (before, words.when(time, certainty))}
            changes.write(row, "set the clock", change, reason=source, by=by, at=at)
            run_updates.runs(row, by=by, at=at)
        return row


def clear_time(
    incident: Incident, *, moment: Moment, seen: int | None, by: User, at: datetime
) -> Incident:
    """Take a clock field away; the history keeps it. Noticed and declared stay: an incident that
    nobody noticed is none (`Refused` "needed"). Raises `Refused` "closed", "changed_meanwhile"."""
    access.check(by, Right.KEEP_INCIDENTS)
    moment = Moment(moment)
    unknowns.check_may_lack(moment)
    with transaction.atomic():
        row = changes.locked(incident, fields={moment.value}, seen=seen)
        old = row.times.filter(moment=moment.value).first()
        if old is not None:
            old.delete()
            change = {moment.value: (words.clock(old), "")}
            changes.write(row, "cleared the clock", change, by=by, at=at)
            run_updates.runs(row, by=by, at=at)
        return row


def _facts(incident: Incident) -> dict[str, str]:
    return {name: str(getattr(incident, name)) for name in FACTS}


def _promise(incident: Incident, system: System) -> dict[str, tuple[str, str]]:
    """Copy what was promised of `system` when `incident` was declared into it; what that changes,
    in words."""
    changed: dict[str, tuple[str, str]] = {}
    for name, new in _promised(system, incident.opened_at).items():
        old = getattr(incident, name)
        if old != new:
            changed[name.upper()] = (_length(old), _length(new))
            setattr(incident, name, new)
    return changed


def _promised(system: System, then: datetime) -> dict[str, timedelta | None]:
    """What was promised of `system` at `then`: of what is promised now, every later change is taken
    back. Nothing was promised of a system that was registered later."""
    promise: dict[str, timedelta | None] = {name: getattr(system, name) for name in PROMISE}
    for change in Change.objects.about(system).filter(at__gt=then):
        for name in promise.keys() & change.fields.keys():
            old, _ = change.fields[name]
            promise[name] = durations.parse(old) if old else None
    return promise


def _length(promised: timedelta | None) -> str:
    return durations.words(promised) if promised else ""


def _put_texts(incident: Incident, title: str, story: str, errors: dict[str, str]) -> None:
    """Set the two texts; put a sentence into `errors` for each that cannot be kept."""
    try:
        needed = "Give it a title that people recognise."
        incident.title = changes.text(title, "title", longest=160, needed=needed, one_line=True)
    except ValueError as problem:
        errors["title"] = str(problem)
    else:
        if Incident.objects.filter(title__iexact=incident.title).exclude(pk=incident.pk).exists():
            errors["title"] = _TAKEN
    try:
        needed = "Say what happened, as far as it is known."
        incident.what_happened = changes.text(story, "text", longest=LONGEST_STORY, needed=needed)
    except ValueError as problem:
        errors["what_happened"] = str(problem)


def _save(
    incident: Incident,
    change: dict[str, tuple[str, str]] | None = None,
    *,
    by: User | None = None,
    at: datetime | None = None,
) -> None:
    """Save a new incident, or a changed one with its line of history."""
    try:
        with transaction.atomic():
            if change is None or by is None or at is None:
                incident.save()
            else:
                changes.write(incident, "edited the facts", change, by=by, at=at)
    except IntegrityError:
        # The title was free a moment ago: somebody took it in between.
        raise Invalid({"title": _TAKEN}) from None


def _check_order(moment: Moment, time: datetime, clock: dict[Moment, IncidentTime]) -> None:
    known = {m: kept.at for m, kept in clock.items() if kept.at is not None}
    wrong = lifecycle.misplaced(moment, {**known, moment: time})
    if wrong is not None:
        earlier, later = wrong
        other = clock[later if moment is earlier else earlier]
        raise Invalid(
            {
                "time": f"“{earlier.value}” cannot be later than “{later.value}”: "
                f"“{other.moment}” is set to {words.clock(other)}."
            }
        )


def _no_step(old: Status, new: Status) -> tuple[str, str]:
    if old is new:
        return f"The incident is {old.value} already.", "Nothing needs to be done."
    ways = " or ".join(status.value for status in lifecycle.following(old))
    return f"A {old.value} incident does not become {new.value}.", f"It can become {ways}."
