"""The verb that opens a run in its briefing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from accounts.texts import UNREADABLE, says_something, too_long
from lib.refusals import Invalid, Refused
from runbooks.enums import RunKind, RunStatus
from runbooks.library import failures
from runbooks.live import notify
from runbooks.log import chain
from runbooks.machine.events.run import NamedRevision, RunPrepared
from runbooks.machine.reducers import genesis
from runbooks.models import Event, Revision, Run, RunParameter, sql
from runbooks.models.sql import carry_out
from runbooks.procedure.model import Procedure
from runbooks.procedure.runnable import HOW_TO_WRITE_STEPS, not_runnable
from runbooks.procedure.serialization import from_json
from runbooks.runs import idempotency_keys, persistence, replay
from runbooks.runs.destinations import Chosen
from runbooks.runs.parameters import choose

LONGEST_TITLE = 200
TOKEN_BYTES = 4  # the mark is typed by people: enough that no two runs share it by chance


def prepare(
    *,
    revision: Revision,
    kind: RunKind,
    parameters: Mapping[str, str],
    by: User,
    at: datetime,
    title: str = "",
    key: str | None = None,
) -> Run:
    """Open a run of `revision` in its briefing. `parameters` are texts; an instance or a copy is
    named by its primary key. A live run needs an approved revision that no failure has locked; a
    drill does not.

    Raises `Invalid` (parameter name → sentence) and `Refused`.
    """
    access.check(by, Right.OPERATE)
    procedure = _startable(revision, kind)
    chosen, errors = choose(procedure, revision.runbook.system, parameters, kind=kind, at=at)
    if sentence := _title_fault(title):
        errors["title"] = sentence
    if errors:
        raise Invalid(errors)
    sent = {"revision": revision.pk, "kind": kind, "parameters": parameters, "title": title}
    contents = idempotency_keys.contents_of("prepare", None, sent)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # a form sent twice at once
        if repeated := _prepared(by, key, contents):
            return repeated
        run = Run.objects.create(
            revision=revision,
            kind=kind.value,
            status=RunStatus.BRIEFING.value,
            title=title.strip() or procedure.title,
            prepared_at=at,
            prepared_by=by,
        )
        _brief(run, procedure, chosen, by=by, at=at, key=key)
        carry_out(idempotency_keys.row(run.pk, key, contents, at=at) if key else [])
    return run


def _brief(
    run: Run,
    procedure: Procedure,
    chosen: Mapping[str, Chosen],
    *,
    by: User,
    at: datetime,
    key: str | None,
) -> None:
    """Everything that a new run begins with: its parameters, its first event, its steps."""
    token = secrets.token_hex(TOKEN_BYTES)
    RunParameter.objects.bulk_create(
        RunParameter(
            run=run,
            name=name,
            value=c.facts.value,
            instance=c.instance,
            copy=c.copy,
            facts=persistence.facts_json(c.facts),
        )
        for name, c in chosen.items()
    )
    event = RunPrepared(
        run_kind=RunKind(run.kind),
        title=run.title,
        parameters={name: c.facts for name, c in chosen.items()},
        revision=_named(run.revision),
        token=f"run-{run.pk}-{token}",
    )
    (line,), written = chain.append(run, [event], by=by, role="", at=at, key=key)
    state = genesis(run.pk, procedure, line)
    run.turned = state.turned
    run.save(update_fields=["sequence", "digest", "turned"])
    written += persistence.first_attempts(run, state)
    carry_out([*written, *notify.telling(run.pk, run.sequence)])


def _title_fault(title: str) -> str:
    silent = UNREADABLE if title.strip() and not says_something(title) else ""
    return too_long(title, LONGEST_TITLE) or silent


def _startable(revision: Revision, kind: RunKind) -> Procedure:
    if kind is RunKind.LIVE and revision.approved_at is None:
        raise Refused(
            "not_approved",
            f"Revision {revision.number} is not approved; it cannot be run live.",
            "Ask an approver to read it, start an approved revision, or start a drill.",
        )
    if revision.runbook.archived_at is not None:
        raise Refused(
            "archived",
            "This runbook was archived; it starts no new runs.",
            "Take it back into use first, or choose another.",
        )
    if kind is RunKind.LIVE:
        failures.check(revision)
    procedure = from_json(revision.procedure)
    if sentence := not_runnable(procedure):
        raise Refused("no_steps", sentence, HOW_TO_WRITE_STEPS)
    return procedure


def _prepared(by: User, key: str | None, contents: str) -> Run | None:
    """The run that the same person prepared with the same key: a form sent twice opens one run.
    Raises `KeyUsed` when it was sent with something else."""
    if key is None:
        return None
    first = Event.objects.filter(kind="run.prepared", key=key, by=by).select_related("run").first()
    before = sql.before(first.run, key) if first else None
    if first is None or before is None:
        return None
    idempotency_keys.check(first.run, persistence.known(first.run), before, contents)
    return first.run


def _named(revision: Revision) -> NamedRevision:
    """The revision as the first event names it."""
    digest = replay.procedure_digest(revision.procedure)
    return NamedRevision(revision.title, revision.number, revision.sha256, digest)
