"""The demonstration loads, and its runbooks are run through by three people, by the verbs alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from demo.day.crew import Crew
from demo.day.interface import Verbs, instance
from demo.load import load
from incidents.models import Incident
from inventory.models import Copy, Instance, System
from runbooks.enums import RunKind, RunRole, RunStatus
from runbooks.machine.moves.branches import Undo
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.models import Revision, Run, Runbook
from runbooks.runs import replay

pytestmark = pytest.mark.django_db
RESTORE = "restore-the-ledger-database-beside-the-live-one"
COPY_OUT = "copy-production-to-a-development-machine"


def test_loading_twice_changes_nothing(at: datetime) -> None:
    assert load(at=at) is True
    kinds = (User, System, Instance, Copy, Runbook, Revision, Incident, Run)
    before = [list(kind.objects.values()) for kind in kinds]
    assert load(at=at) is False
    assert [list(kind.objects.values()) for kind in kinds] == before
    assert load(at=at + timedelta(days=3)) is False
    fresh = Copy.objects.filter(taken_at__gte=at + timedelta(days=2))
    assert [copy.state for copy in fresh] == ["good"]


def restoring(at: datetime) -> Crew:
    """The restore, under way."""
    load(at=at)
    dump = Copy.objects.get(medium="disk", taken_at__gte=at - timedelta(days=1))
    door = Verbs(at)
    parameters = {"dump": dump.pk, "target": instance("ledger")}
    crew = Crew(door, door.prepare("operator", RESTORE, RunKind.LIVE, parameters))
    crew.man(RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER)
    crew.press("operator", Start, acknowledged=True, conditions=True)
    return crew


def unrefused(crew: Crew) -> Run:
    """The run, sound to its last event and without a refusal."""
    run = Run.objects.get(pk=crew.run)
    verdict = replay.verify(run)
    assert verdict.ok, verdict.faults
    assert not run.events.filter(kind__in=["move.refused", "step.mismatched"]).exists()
    return run


def test_who_does_everything_right_meets_no_refusal(at: datetime) -> None:
    crew = restoring(at)
    assert crew.go_on() == 30
    crew.press("operator", Complete, summary="The ledger is back.")
    run = unrefused(crew)
    assert run.status == RunStatus.COMPLETED.value
    for row in run.steps.exclude(countersigned_by=None):
        assert row.countersigned_by != row.done_by


def test_a_wrong_rename_is_taken_back_and_the_run_stands_down(at: datetime) -> None:
    crew = restoring(at)
    swap = crew.step("in the place of the live one")
    crew.go_on(until=swap + 1)
    crew.press("operator", Undo, swap, reason="The wrong backup.")
    identified = crew.step("Identify the server")
    assert crew.go_on(until=identified) == 3
    crew.press("decider", Abort, reason="Not tonight.")
    crew.go_on()
    crew.press("operator", Abort, reason="Stood down.")
    assert unrefused(crew).status == RunStatus.ABORTED.value


def test_production_is_copied_to_a_development_machine(at: datetime) -> None:
    load(at=at)
    door = Verbs(at)
    parameters = {"source": instance("ledger"), "target": instance("ledger-laptop")}
    crew = Crew(door, door.prepare("operator", COPY_OUT, RunKind.LIVE, parameters))
    crew.man(RunRole.OPERATOR)
    crew.press("operator", Start, acknowledged=True, conditions=True, access="read")
    crew.go_on()
    crew.press("operator", Complete, summary="Masked and open.")
    assert unrefused(crew).status == RunStatus.COMPLETED.value
