"""Verbs on what belongs to an incident: people and their parts, runbooks, runs.

All need `Right.KEEP_INCIDENTS`, run in one transaction and refuse a closed incident ("closed").
None takes `seen`: each adds or takes away one link, and the same link twice is no change.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes, run_updates
from incidents.enums import Part
from incidents.models import Incident, IncidentRun
from lib.refusals import Invalid, Refused
from runbooks.enums import RunKind
from runbooks.models import Run, Runbook


def add_person(incident: Incident, *, person: User, part: Part, by: User, at: datetime) -> Incident:
    """Name `person` for `part`. Raises `Invalid` (person) when the account is disabled."""
    access.check(by, Right.KEEP_INCIDENTS)
    part = Part(part)
    if not person.is_active:
        raise Invalid({"person": f"The account of {person} is disabled."})
    with transaction.atomic():
        row = changes.locked(incident, fields=(), seen=None)
        _, new = row.people.get_or_create(person=person, part=part.value)
        if new:
            changes.write(row, "named a person", {part.value: ("", str(person))}, by=by, at=at)
        return row


def remove_person(
    incident: Incident, *, person: User, part: Part, by: User, at: datetime
) -> Incident:
    """Take `person` from `part`; the history keeps that they had it."""
    access.check(by, Right.KEEP_INCIDENTS)
    part = Part(part)
    with transaction.atomic():
        row = changes.locked(incident, fields=(), seen=None)
        gone, _ = row.people.filter(person=person, part=part.value).delete()
        if gone:
            changes.write(row, "released a person", {part.value: (str(person), "")}, by=by, at=at)
        return row


def link_runbook(incident: Incident, *, runbook: Runbook, by: User, at: datetime) -> Incident:
    """Offer `runbook` at this incident. Raises `Invalid` (runbook) when it is archived."""
    access.check(by, Right.KEEP_INCIDENTS)
    if runbook.archived_at is not None:
        raise Invalid({"runbook": f"“{runbook}” is archived."})
    with transaction.atomic():
        row = changes.locked(incident, fields=(), seen=None)
        if not row.runbooks.filter(pk=runbook.pk).exists():
            row.runbooks.add(runbook)
            change = {"runbook": ("", runbook.title)}
            changes.write(row, "linked a runbook", change, by=by, at=at)
        return row


def unlink_runbook(incident: Incident, *, runbook: Runbook, by: User, at: datetime) -> Incident:
    """Offer `runbook` no longer. Its runs stay linked."""
    access.check(by, Right.KEEP_INCIDENTS)
    with transaction.atomic():
        row = changes.locked(incident, fields=(), seen=None)
        if row.runbooks.filter(pk=runbook.pk).exists():
            row.runbooks.remove(runbook)
            change = {"runbook": (runbook.title, "")}
            changes.write(row, "unlinked a runbook", change, by=by, at=at)
        return row


def link_run(incident: Incident, *, run: Run, by: User, at: datetime) -> Incident:
    """Say that `run` answers this incident: its log becomes part of the timeline.

    Raises `Refused` "drill" (a drill answers no incident) and "linked_elsewhere".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    if run.kind != RunKind.LIVE.value:
        raise Refused(
            "drill", "A drill answers no incident.", "Link a live run, or start the runbook live."
        )
    with transaction.atomic():
        row = changes.locked(incident, fields=(), seen=None)
        link, new = IncidentRun.objects.get_or_create(
            run=run, defaults={"incident": row, "linked_at": at, "linked_by": by}
        )
        if link.incident_id != row.pk:
            raise Refused(
                "linked_elsewhere",
                f"Run {run.pk} answers the incident “{link.incident}” already.",
                "A run answers one incident. Name the other incident in an entry.",
            )
        if new:
            change = {"run": ("", f"run {run.pk}, {run.title}")}
            changes.write(row, "linked a run", change, by=by, at=at)
            run_updates.runs(row, by=by, at=at)
        return row
