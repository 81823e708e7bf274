"""The two forms, the kinds, and what is kept how long."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from jobs.models import Job
from runbooks.machine.events.kinds import KINDS
from tests.factories.webhooks import attempt, endpoint
from webhooks import bodies, delivering, endpoints, kinds, sending
from webhooks.enums import Form
from webhooks.models import Delivery, DeliveryAttempt, EndpointChange
from webhooks.outgoing_events import OutgoingEvent
from webhooks.sending import Exchange

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def event(at: datetime) -> OutgoingEvent:
    return OutgoingEvent(
        name="run:1",
        kind="run.held",
        at=at,
        who="Jörg",
        sentence="held the run: <!channel> & all",
        about="Run 7, Restore <the> books",
        url="https://sign.example.org/runs/7/",
        data={"sentence": "held the run"},
    )


def message(event: OutgoingEvent) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(bodies.body(Form.SLACK, event))
    return sent


def test_a_message_names_what_and_where_and_mentions_nobody(event: OutgoingEvent) -> None:
    sent = message(event)
    section, context = sent["blocks"]
    assert sent["text"] == (
        "Run 7, Restore &lt;the&gt; books: Jörg held the run: &lt;!channel&gt; &amp; all"
    )
    assert section["text"] == {
        "type": "mrkdwn",
        "text": "<https://sign.example.org/runs/7/|Run 7, Restore &lt;the&gt; books>\n"
        "Jörg held the run: &lt;!channel&gt; &amp; all",
        "verbatim": True,
    }
    assert context["elements"] == [
        {"type": "mrkdwn", "text": "run.held · 2026-03-04 03:12 UTC", "verbatim": True}
    ]


def test_a_message_shouts_what_must_be_seen(event: OutgoingEvent) -> None:
    loud = message(replace(event, live_production=True, data={"near_miss": True}))
    assert loud["text"].startswith("LIVE, PRODUCTION: NEAR MISS: Run 7")
    head = loud["blocks"][0]["text"]["text"]
    assert head.startswith("*LIVE, PRODUCTION* · *NEAR MISS* · <https://sign")


@given(st.text(), st.text(max_size=120), st.text(max_size=200))
def test_no_text_of_people_breaks_a_message(sentence: str, who: str, about: str) -> None:
    at = datetime.fromisoformat("2026-03-04T03:12:45+00:00")
    url = "https://sign.example.org/runs/7/"
    event = OutgoingEvent("run:1", "run.held", at, who, sentence * 40, about, url, {})
    sent = message(event)
    text = sent["blocks"][0]["text"]["text"]
    assert len(text) <= 3000 + len(about) * 5
    assert text.count("<") == text.count(">") == 1
    assert text.count("\n") == 1


def test_the_standard_form_keeps_what_people_wrote(event: OutgoingEvent) -> None:
    body = bodies.body(Form.STANDARD, event)
    assert json.loads(body) == {
        "type": "run.held",
        "timestamp": "2026-03-04T03:12:45.000000Z",
        "data": {"sentence": "held the run"},
    }


def test_every_kind_of_the_log_belongs_to_a_family() -> None:
    families = {family.removesuffix(".*") for family in kinds.FAMILIES}
    assert {kind.split(".")[0] for kind in kinds.MEANINGS} == families
    assert set(KINDS) - {kinds.FITNESS} <= set(kinds.MEANINGS)


def test_every_verb_of_an_incident_has_a_kind() -> None:
    """The lines of history that the verbs write, found in their source."""
    written = set()
    for path in (ROOT / "incidents").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _WRITERS:
                written |= {
                    part.value
                    for argument in node.args
                    for part in ast.walk(argument)
                    if isinstance(part, ast.Constant) and " " in str(part.value)
                }
    assert {"opened the incident", "judged the severity", "linked a run"} <= written
    assert written - set(kinds.CHANGES) == set()


_WRITERS = {"changes.line", "changes.write"}


@pytest.mark.parametrize(
    ("kind", "patterns", "wanted"),
    [
        ("run.held", ["run.held"], True),
        ("run.held", ["run.*"], True),
        ("run.held", ["*"], True),
        ("run.held", ["step.*", "run.started"], False),
        ("run.held", ["run"], False),
        ("runner.held", ["run.*"], False),
        (kinds.TEST, ["run.*"], True),
    ],
)
def test_who_wants_what(kind: str, patterns: list[str], wanted: bool) -> None:
    assert kinds.wanted(kind, patterns) is wanted


def test_old_deliveries_are_forgotten_and_failed_ones_later(
    admin: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "post", lambda *a, **k: Exchange(200, "", "", 1))
    hub = endpoint(admin, at)
    taken, waiting = (endpoints.send_test(hub, by=admin, at=at) for _ in range(2))
    attempt(taken, at)
    job = Job(kind="webhooks.prune", key="today")
    assert delivering.prune(job, at + timedelta(days=30)) == "0 deliveries forgotten."
    assert delivering.prune(job, at + timedelta(days=30, seconds=1)) == "1 deliveries forgotten."
    assert not DeliveryAttempt.objects.exists()
    assert list(Delivery.objects.all()) == [waiting]
    delivering.prune(job, at + timedelta(days=90, seconds=1))
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("change", ["UPDATE {} SET verb = 'nothing'", "DELETE FROM {}"])
def test_the_history_only_grows(admin: User, at: datetime, change: str) -> None:
    endpoint(admin, at)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format("webhooks_endpointchange"))
    assert EndpointChange.objects.count() == 1
