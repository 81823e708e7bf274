"""The day of the story: each of its mistakes is made again, and refused; then it is done right.

Through the API here; by the verbs, as `manage.py replay_the_day` tells it, at the end; and once in
the browser, in `tests/browser/test_the_day.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client

from accounts.enums import Scope
from demo.day import CHAPTERS
from demo.day.interface import user
from demo.day.story import Day
from demo.load import load
from incidents.models import Incident
from inventory.models import System
from lib.refusals import Invalid, Refused
from runbooks.enums import RunKind
from runbooks.log import texts
from runbooks.machine.move import Move
from runbooks.models import Event, Run, Runbook
from runbooks.runs import replay
from tests.factories.clock import follow
from tests.factories.tokens import program

pytestmark = pytest.mark.django_db
API = "/api/v1"
#: M1 to M20 of the story; what else is tried is none of them.
MISTAKES = {f"M{number}" for number in range(1, 21)}


class Programs:
    """The door of the API: each person's program has a token of its own."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._known: dict[str, Client] = {}

    def post(
        self, who: str, path: str, body: Mapping[str, Any], *, method: str = "post"
    ) -> dict[str, Any]:
        """The answer to one request. Raises what the product says no with."""
        if who not in self._known:
            self._known[who] = program(user(who), *Scope)
        caches["throttle"].clear()  # time stands still between two requests here
        answer = getattr(self._known[who], method)(
            f"{API}{path}", dict(body), content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex},
        )  # fmt: skip
        content = dict(answer.json())
        if answer.status_code == 422:
            raise Invalid(
                {name: f"{name}: {sentence}" for name, sentence in content["errors"].items()}
            )
        if answer.status_code >= 400:
            raise Refused(content["code"], content["sentence"], content["remedy"])
        return content

    def prepare(
        self, who: str, runbook: str, kind: RunKind, parameters: Mapping[str, int | str]
    ) -> int:
        number = Runbook.objects.get(slug=runbook).revisions.latest("number").number
        chosen = {name: str(value) for name, value in parameters.items()}
        body = {"runbook": runbook, "revision": number, "kind": kind.value, "parameters": chosen}
        return int(self.post(who, "/runs/", body)["id"])

    def move(self, who: str, run: int, move: type[Move], **data: Any) -> None:
        body = {"seen": Run.objects.get(pk=run).sequence, **data}
        self.post(who, f"/runs/{run}/moves/{move.kind}/", body)

    def register_copy(self, who: str, system: str, **facts: Any) -> int:
        return int(self.post(who, "/copies/", {"system": system, **facts})["id"])

    def verify_copy(self, who: str, copy: int, how: str) -> None:
        self.post(who, f"/copies/{copy}/verify/", {"how": how})

    def save(self, who: str, source: str, name: str) -> tuple[str, int]:
        known = Runbook.objects.filter(title=name).first()
        path = f"/runbooks/{known.slug}/revisions/" if known else "/runbooks/"
        seen = {"seen": known.revisions.latest("number").number} if known else {}
        body = {"source": source, "summary": "As the day needs it.", **seen}
        self.post(who, path, body)
        kept = known or Runbook.objects.get(title=name)
        return kept.slug, kept.revisions.latest("number").number

    def approve(self, who: str, runbook: str, revision: int) -> None:
        text = Runbook.objects.get(slug=runbook).revisions.get(number=revision)
        seen = [code for code, _ in text.procedure["waive"]]
        path = f"/runbooks/{runbook}/revisions/{revision}/approve/"
        self.post(who, path, {"waivers_seen": seen})

    def incident(self, who: str, incident: int, part: str, **facts: Any) -> None:
        if facts.get("owner"):
            facts["owner"] = user(facts["owner"]).pk
        seen = {"seen": Incident.objects.get(pk=incident).version}
        changes = {"status", "reconciliation", "saved-by", "clock/recovery-point", "clock/restored"}
        needed = seen if part in changes else {}
        path, method = f"/incidents/{incident}/{part}/", "put" if needed else "post"
        self.post(who, path, {**facts, **needed}, method=method)

    def waive(self, who: str, runbook: str, run: int, reason: str) -> None:
        number = Run.objects.get(pk=run).revision.number
        path = f"/runbooks/{runbook}/revisions/{number}/waive/"
        self.post(who, path, {"run": run, "reason": reason})


def test_each_mistake_is_refused_and_then_it_is_done_right(
    at: datetime, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SIGN_AGAIN = "overwrite"
    load(at=at)
    door = Programs(at)
    follow(monkeypatch, lambda: door.at)
    lines = [line for _, chapter in CHAPTERS for line in chapter(Day(door))]
    assert {line.mistake for line in lines if line.code} == MISTAKES
    assert all(line.sentence for line in lines if line.code)
    for run in Run.objects.all():
        verdict = replay.verify(run)
        assert verdict.ok, verdict.faults
    assert Run.objects.filter(status="completed").count() == 1
    System.objects.get(slug="ledger").instances.get(name="ledger", lifecycle="active")
    # Each refusal by an interlock stands in the log, with its guard.
    refused = Event.objects.filter(kind="move.refused")
    guards = {texts.read(event.text).event.to_data()["guard"] for event in refused}
    assert {"access", "overwrite", "verify"} <= guards


def test_it_is_told_on_the_terminal_and_leaves_nothing() -> None:
    out = StringIO()
    call_command("replay_the_day", here=True, stdout=out, no_color=True)
    output = out.getvalue()
    assert all(f"\n{mistake} " in output for mistake in MISTAKES)
    assert "Nothing of this was kept." in output
    assert not Run.objects.exists()
    assert not System.objects.exists()
