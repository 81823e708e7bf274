"""The demonstration loads, and its restore is run through by three people, by the verbs alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from config.demonstration import load
from incidents.models import Incident
from inventory.models import Copy, Instance, System
from runbooks import log, runs
from runbooks.enums import Countersign, Move, RunKind, RunRole, RunStatus, ValueType
from runbooks.machine import current, needs_begin
from runbooks.models import Revision, Run, Runbook
from runbooks.rows import load as load_run
from tests.factories.runs import Play

pytestmark = pytest.mark.django_db
SLUG = "restore-the-ledger-database-beside-the-live-one"


def test_loading_twice_changes_nothing(at: datetime) -> None:
    assert load(at=at) is True
    kinds = (User, System, Instance, Copy, Runbook, Revision, Incident, Run)
    before = [list(kind.objects.values()) for kind in kinds]
    assert load(at=at) is False
    assert [list(kind.objects.values()) for kind in kinds] == before
    assert load(at=at + timedelta(days=3)) is False
    fresh = Copy.objects.filter(taken_at__gte=at + timedelta(days=2))
    assert [copy.state for copy in fresh] == ["good"]


def observed(spec: Any, state: Any, at: datetime) -> str:
    """What somebody reads where all is well."""
    earlier = {name: value for step in state.steps for name, value in step.values.items()}
    if spec.equals:
        return str(spec.equals)
    if spec.within:
        return str(earlier[spec.within.of])
    plain = {
        ValueType.DATETIME: at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        ValueType.DURATION: "2h 10m",
        ValueType.BYTES: "48 MB",
        ValueType.SHA256: "ab" * 32 + "  /srv/vault/ledger.dump",
        ValueType.NUMBER: "12",
        ValueType.TEXT: "16.2 (Debian 16.2-1)",
    }
    return plain[spec.type]


def perform(found: Play, index: int) -> None:
    """One step, by everybody whom it needs."""
    _, state = load_run(found.run.pk)
    guard = state.step(index).guard
    by = guard.role.value
    typed = {spec.name: observed(spec, state, found.at) for spec in guard.record}
    if guard.hold:
        found.move(Move.RELEASE, by=guard.hold.value, step=index, reason="I have read it.")
    if needs_begin(state, index):
        found.move(Move.BEGIN_STEP, by=by, step=index)
    if guard.countersign is Countersign.BEFORE:
        found.move(Move.COUNTERSIGN, by="verifier", step=index)
    if guard.decide:
        answer, _ = guard.decide.options[0]
        found.move(Move.DECIDE, by=by, step=index, answer=answer, reason="so", values=typed)
    elif guard.optional:
        found.move(Move.NOT_APPLICABLE, by=by, step=index, reason="Nothing is lost.")
    else:
        found.move(Move.TICK, by=by, step=index, values=typed)
    if guard.countersign is Countersign.AFTER:
        other = "operator" if guard.role is RunRole.VERIFIER else "verifier"
        found.move(Move.COUNTERSIGN, by=other, step=index, values=typed)


def prepared(at: datetime, **changed: str) -> Play:
    load(at=at)
    people = {user.username: user for user in User.objects.all()}
    revision = Revision.objects.get(runbook__slug=SLUG)
    parameters = {
        "dump": str(Copy.objects.get(medium="disk", taken_at__gte=at - timedelta(days=1)).pk),
        "target": str(Instance.objects.get(environment="production").pk),
        **changed,
    }
    run = runs.prepare(
        revision=revision, kind=RunKind.LIVE, parameters=parameters, by=people["operator"], at=at
    )
    found = Play(run, people, at)
    for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
        found.move(Move.TAKE_ROLE, by=role.value, role=role)
    found.move(Move.START, acknowledged=True, conditions=True)
    return found


def go_on(found: Play, until: int | None = None) -> int:
    """Perform step after step while one is open, or until `until` is; how many were done."""
    count = 0
    while True:
        _, state = load_run(found.run.pk)
        index = current(state)
        if index in {None, until}:
            return count
        assert index is not None
        perform(found, index)
        count += 1
        assert count < 100


def test_a_restore_from_the_brief_to_its_end(at: datetime) -> None:
    found = prepared(at)
    assert go_on(found) == 29
    found.move(Move.COMPLETE, summary="The ledger is back.")
    assert found.run.status == RunStatus.COMPLETED.value
    verdict = log.verify(found.run)
    assert verdict.ok, verdict.faults
    assert not found.run.events.filter(kind__in=["move.refused", "step.mismatched"]).exists()
    for row in found.run.steps.exclude(countersigned_by=None):
        assert row.countersigned_by != row.done_by


def test_a_wrong_rename_is_taken_back_and_the_run_stands_down(at: datetime) -> None:
    found = prepared(at)
    _, state = load_run(found.run.pk)
    swap = next(s.index for s in state.procedure.steps if s.guard.undo)
    go_on(found, until=swap + 1)
    found.move(Move.UNDO, step=swap, reason="The wrong backup.")
    assert go_on(found, until=swap) == 3
    found.move(Move.ABORT, by="decider", reason="Not tonight.")
    go_on(found)
    found.move(Move.ABORT, reason="Stood down.")
    assert found.run.status == RunStatus.ABORTED.value
    verdict = log.verify(found.run)
    assert verdict.ok, verdict.faults
