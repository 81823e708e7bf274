"""The verbs on how an incident ended, and the page of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts.models import User
from config.home import needs
from incidents import actions, closing, decisions, losses, notifications, records, summary
from incidents.enums import (
    ActionStatus,
    Certainty,
    Kind,
    LossState,
    Moment,
    Reconciliation,
    SavedBy,
    Status,
    Strength,
)
from incidents.models import ActionItem, Incident, LossMeasure, Notification
from lib.refusals import Invalid, Refused
from tests.factories.tokens import program
from tests.incidents import world

SignIn = Callable[[User], Client]
HOUR = timedelta(hours=1)


@pytest.fixture
def incident(operator: User, at: datetime) -> Incident:
    return world.incident(operator, at)


def _close(incident: Incident, by: User, at: datetime) -> Incident:
    return records.change_status(incident, status=Status.CLOSED, seen=None, by=by, at=at)


def _said(incident: Incident, version: int) -> tuple[str, dict[str, list[str]], str]:
    line = incident.changes.get(version=version)
    return line.verb, line.fields, line.reason


def test_closing_names_everything_that_misses(
    incident: Incident, operator: User, at: datetime
) -> None:
    with pytest.raises(Refused) as caught:
        _close(incident, operator, at)
    assert (caught.value.code, caught.value.status) == ("unfinished", 409)
    for lack in (
        "“recovery point” is not set", "“restored” is not set", "what was lost", "decided",
        "who was told", "what saved us",
    ):  # fmt: skip
        assert lack in caught.value.sentence
    assert caught.value.remedy.startswith("Set “recovery point”, or write why it is unknown")
    incident.refresh_from_db()
    assert (incident.status, incident.version) == ("open", 1)
    assert world.closed(incident, operator, at).status == "closed"


def test_what_is_struck_out_or_declined_does_not_count(
    incident: Incident, operator: User, at: datetime
) -> None:
    who: dict[str, Any] = {"by": operator, "at": at}
    world.finished(incident, **who)
    decisions.say_saved_by(incident, saved_by=SavedBy.LUCK, note="a drawer", seen=None, **who)
    item = world.action(incident, replaces_luck=True, **who)
    losses.strike_out(incident.losses.get(), reason="of another system", **who)
    notifications.strike_out(incident.notified.get(), reason="not sent", **who)
    actions.settle(item, status=ActionStatus.DECLINED, note="too dear", seen=None, **who)
    with pytest.raises(Refused) as caught:
        _close(incident, operator, at)
    for lack in ("what was lost", "who was told", "luck saved us"):
        assert lack in caught.value.sentence
    world.loss(incident, **who)
    notifications.state(incident, nobody=True, reason="a test system", **who)
    world.action(incident, replaces_luck=True, **who)
    assert _close(incident, operator, at).status == "closed"


def test_an_owner_who_is_gone_owns_nothing(
    incident: Incident, operator: User, relief: User, at: datetime
) -> None:
    world.finished(incident, operator, at)
    item = world.action(incident, operator, at, owner=relief)
    User.objects.filter(pk=relief.pk).update(is_active=False)
    relief.refresh_from_db()
    with pytest.raises(Refused, match="has no active owner"):
        _close(incident, operator, at)
    given: dict[str, Any] = {"due": item.due, "reason": "left", "seen": None}
    with pytest.raises(Invalid, match="disabled"):
        actions.reassign(item, owner=relief, **given, by=operator, at=at)
    actions.reassign(item, owner=operator, **given, by=operator, at=at)
    assert _close(incident, operator, at).status == "closed"


def test_a_near_miss_is_closed_with_what_saved_it(operator: User, at: datetime) -> None:
    near = world.incident(operator, at, kind=Kind.NEAR_MISS)
    who: dict[str, Any] = {"by": operator, "at": at}
    decisions.say_saved_by(near, saved_by=SavedBy.CONTROL, seen=None, **who)
    assert _close(near, operator, at).status == "closed"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"amount": None}, "reason"),
        ({"state": LossState.UNKNOWN}, "reason"),
        ({"amount": -1}, "amount"),
        ({"amount": losses.MOST + 1}, "amount"),
        ({"unit": "x" * 41}, "unit"),
        ({"window_start": 1}, "window_start"),
        ({"window_end": 1}, "window_end"),
        ({"window_start": -1, "window_end": -2}, "window_end"),
    ],
)
def test_a_loss_that_cannot_be_kept(
    facts: dict[str, Any], field: str, incident: Incident, operator: User, at: datetime
) -> None:
    given = {k: at + v * HOUR if k.startswith("window") else v for k, v in facts.items()}
    with pytest.raises(Invalid) as caught:
        world.loss(incident, operator, at, **given)
    assert list(caught.value.errors) == [field]
    assert not LossMeasure.objects.exists()


def test_losses_in_words_and_in_the_history(
    incident: Incident, operator: User, verifier: User, at: datetime
) -> None:
    row = world.loss(incident, operator, at, amount=1412, window_start=at - HOUR)
    sentence = "1,412 records (orders), gone for good, counted, from 2026-03-04 02:12 UTC"
    assert _said(incident, 2) == ("stated a loss", {"loss": ["", sentence]}, "")
    losses.strike_out(row, reason="twice", by=verifier, at=at)
    assert _said(incident, 3) == ("struck out a loss", {"loss": [sentence, ""]}, "twice")
    with pytest.raises(Refused) as refused:
        losses.strike_out(row, reason="me too", by=operator, at=at)
    assert (refused.value.code, "Verifier" in refused.value.sentence) == ("struck_out", True)
    world.loss(incident, operator, at, amount=None, unit="", reason="no list was kept")
    _, fields, _ = _said(incident, 4)
    assert fields["loss"][1].startswith("records, how many is unknown, gone for good")


def test_what_was_stated_is_never_edited(incident: Incident, operator: User, at: datetime) -> None:
    world.finished(incident, operator, at)
    world.action(incident, operator, at)
    writes: list[Callable[[], object]] = [
        lambda: LossMeasure.objects.update(amount=1),
        lambda: LossMeasure.objects.update(window_end=at),
        lambda: LossMeasure.objects.all().delete(),
        lambda: Notification.objects.update(notified_at=at + HOUR),
        lambda: Notification.objects.update(whom="nobody"),
        lambda: Notification.objects.all().delete(),
        lambda: ActionItem.objects.all().delete(),
    ]
    for write in writes:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()
    half = [
        lambda: LossMeasure.objects.update(struck_at=at),
        lambda: Notification.objects.update(struck_reason="so"),
        lambda: ActionItem.objects.update(status="done"),
        lambda: ActionItem.objects.update(done_when=""),
    ]
    for write in half:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_who_was_told(incident: Incident, operator: User, at: datetime) -> None:
    who: dict[str, Any] = {"by": operator, "at": at}
    for given, fields in (
        ({}, ["notified_at", "whom"]),
        ({"whom": "all"}, ["notified_at"]),
        ({"whom": "all", "notified_at": at + HOUR}, ["notified_at"]),
        ({"nobody": True}, ["reason"]),
        ({"nobody": True, "whom": "all", "reason": "so"}, ["whom"]),
    ):
        with pytest.raises(Invalid) as caught:
            notifications.state(incident, **given, **who)
        assert sorted(caught.value.errors) == fields
    notifications.state(incident, whom="Shop 3", notified_at=at, reason="by mail", **who)
    told_fields = {"told": ["", "Shop 3, 2026-03-04 03:12 UTC: by mail"]}
    assert _said(incident, 2) == ("noted who was told", told_fields, "")


def test_verdicts_that_need_a_word(incident: Incident, operator: User, at: datetime) -> None:
    who: dict[str, Any] = {"by": operator, "at": at, "seen": None}
    for decision in (Reconciliation.PARTLY, Reconciliation.GIVEN_UP, Reconciliation.NOTHING):
        with pytest.raises(Invalid) as caught:
            decisions.reconcile(incident, decision=decision, **who)
        assert list(caught.value.errors) == ["note"]
    for saved in (SavedBy.LUCK, SavedBy.MIXED):
        with pytest.raises(Invalid):
            decisions.say_saved_by(incident, saved_by=saved, **who)
    kept = decisions.reconcile(incident, decision=Reconciliation.GIVEN_UP, note="old", **who)
    assert (
        decisions.reconcile(kept, decision=Reconciliation.GIVEN_UP, note="old", **who).version == 2
    )
    with pytest.raises(Refused) as refused:
        decisions.reconcile(incident, decision=Reconciliation.RE_ENTERED, **who | {"seen": 1})
    assert refused.value.code == "changed_meanwhile"


def test_an_action_lacks_nothing(incident: Incident, operator: User, at: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        world.action(incident, operator, at, title=" ", owner=None, due=None, done_when="")
    assert sorted(caught.value.errors) == ["done_when", "due", "owner", "title"]
    for title in ("Training", "The backups", "more care at night"):
        with pytest.raises(Invalid, match="verb"):
            world.action(incident, operator, at, title=title)
    with pytest.raises(Invalid, match="is past"):
        world.action(incident, operator, at, due=date(2026, 3, 3))
    assert world.action(incident, operator, at, due=date(2026, 3, 4)).status == "open"


@pytest.mark.parametrize(
    ("title", "weak"),
    [
        ("Always back up twice", True),
        ("Never give a developer access", True),
        ("Be careful with both windows", True),
        ("Pay attention to the title", True),
        ("Give training to everybody", True),
        ("Bar restores into production from laptops", False),
        ("Show the name of the server at the prompt", False),
    ],
)
def test_a_slogan_is_told_that_it_is_weak(
    title: str, weak: bool, incident: Incident, operator: User, at: datetime
) -> None:
    world.action(incident, operator, at, title=title, strength=Strength.WEAKER)
    (deed,) = closing.ending(incident, ()).actions
    assert ("interlock" in deed.warning) == weak


@pytest.mark.parametrize("strength", list(Strength))
def test_a_slogan_is_never_called_stronger(
    strength: Strength, incident: Incident, operator: User, at: datetime
) -> None:
    body = {
        "title": "Always back up twice",
        "kind": "prevent",
        "owner": operator.pk,
        "due": "2999-12-01",
        "done_when": "Everybody has signed.",
        "strength": strength.value,
    }
    answer = program(operator).post(
        f"/api/v1/incidents/{incident.pk}/actions/", body, content_type="application/json"
    )
    if strength is not Strength.STRONGER:
        assert (answer.status_code, "interlock" in answer.json()["warning"]) == (201, True)
        return
    assert answer.status_code == 422
    assert "name the control in the title" in answer.json()["errors"]["strength"]
    assert not incident.actions.exists()


def test_the_owner_of_an_action_is_somebody_who_can_change_something(
    incident: Incident, operator: User, viewer: User, author: User, at: datetime, signed_in: SignIn
) -> None:
    with pytest.raises(Invalid, match="may only look") as caught:
        world.action(incident, operator, at, owner=viewer)
    assert list(caught.value.errors) == ["owner"]
    item = world.action(incident, operator, at, owner=author)
    with pytest.raises(Invalid, match="may only look"):
        actions.reassign(
            item, owner=viewer, due=item.due, reason="so", seen=None, by=operator, at=at
        )
    form = {
        "title": "Bar restores into production",
        "kind": "prevent",
        "owner": viewer.pk,
        "due": "2999-12-01",
        "done_when": "A test shows it.",
        "strength": "stronger",
    }
    answer = signed_in(operator).post(f"/incidents/{incident.pk}/actions/new/", form)
    assert answer.status_code == 422
    assert "may only look" in answer.content.decode()


def test_actions_outlive_the_incident(
    incident: Incident, operator: User, verifier: User, at: datetime
) -> None:
    item = world.action(incident, operator, at)
    world.closed(incident, operator, at)
    who: dict[str, Any] = {"by": operator, "at": at, "seen": None}
    with pytest.raises(Refused) as caught:
        world.action(incident, operator, at)
    assert caught.value.code == "closed"
    with pytest.raises(Invalid) as invalid:
        actions.reassign(item, owner=verifier, due=item.due, reason="", **who)
    assert list(invalid.value.errors) == ["reason"]
    actions.reassign(item, owner=verifier, due=date(2999, 12, 24), reason="moved", **who)
    name = f"action {item.pk}"
    tasks = {name: ["Operator, due 2999-12-01", "Verifier, due 2999-12-24"]}
    assert _said(incident, 10) == ("reassigned an action", tasks, "moved")
    actions.settle(item, status=ActionStatus.DONE, **who)
    assert (item.settled_at, item.settled_by) == (at, operator)
    with pytest.raises(Invalid):
        actions.settle(item, status=ActionStatus.OPEN, **who)
    actions.settle(item, status=ActionStatus.OPEN, note="it came back", **who)
    assert _said(incident, 12) == ("settled an action", {name: ["done", "open"]}, "it came back")
    assert item.settled_at is None


def test_the_home_page_names_the_owners_actions(
    incident: Incident, operator: User, verifier: User, at: datetime
) -> None:
    for title, days in (("Bar the import", 7), ("Number the windows", 0), ("Rehearse it", 8)):
        world.action(incident, operator, at, title=title, due=(at + days * 24 * HOUR).date())
    assert [(action.title, action.urgent) for action in needs(operator, at).actions] == [
        ("Number the windows", False),
        ("Bar the import", False),
    ]
    later = needs(operator, at + 24 * HOUR)
    assert [action.urgent for action in later.actions] == [True, False, False]
    assert needs(verifier, at).actions == ()


def _clock(incident: Incident, by: User, at: datetime, **hours: int) -> None:
    for name, ago in hours.items():
        records.set_time(
            incident,
            moment=Moment[name],
            time=at - ago * HOUR,
            certainty=Certainty.EXACT,
            seen=None,
            by=by,
            at=at,
        )


def test_the_clock_suggests_the_window(incident: Incident, operator: User, at: datetime) -> None:
    _clock(incident, operator, at, RECOVERY_POINT=9)
    noticed = summary.lost_window(incident, summary.clock(incident.times.all()))
    assert noticed is not None
    assert (noticed.minutes, noticed.end) == (530, at - timedelta(minutes=10))
    assert (noticed.text, noticed.exact) == ("about 8 h 50 min", False)
    _clock(incident, operator, at, RECOVERY_POINT=0)
    assert summary.lost_window(incident, summary.clock(incident.times.all())) is None
    _clock(incident, operator, at, RECOVERY_POINT=9)
    _clock(incident, operator, at, WRITES_STOPPED=3)
    ticks = summary.clock(incident.times.all())
    window = closing.ending(incident, ticks).window
    assert window is not None
    assert (window.minutes, window.text, window.exact) == (360, "6 h", True)


def test_by_the_pages(
    incident: Incident, operator: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    client, home = signed_in(operator), f"/incidents/{incident.pk}/"
    _clock(incident, operator, at, RECOVERY_POINT=9, WRITES_STOPPED=3)
    page = client.get(home).content.decode()
    assert "6 h of writes" in page
    assert "Before it can be closed" not in page
    form = client.get(f"{home}losses/new/?window=clock").context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert typed["amount"] == 360
    bad = client.post(f"{home}losses/new/", typed | {"amount": "", "unit": "kept by me"})
    assert (bad.status_code, "kept by me" in bad.content.decode()) == (422, True)
    for name in ("window_start", "window_end"):
        typed[name] = form.fields[name].prepare_value(typed[name])
    assert client.post(f"{home}losses/new/", typed).status_code == 303
    page = client.get(home).content.decode()
    assert "360 minutes of writes, lost at first" in page
    assert "The clock says" not in page
    world.timed(incident, operator, at)
    action = {"title": "Kept title", "kind": "prevent", "strength": "stronger"}
    bad = client.post(f"{home}actions/new/", action)
    assert (bad.status_code, "Kept title" in bad.content.decode()) == (422, True)
    for field in ("owner", "due", "done_when"):
        assert bad.context["form"].errors[field] == [actions.NEEDED[field]]
    records.change_status(incident, status=Status.RESTORED, seen=None, by=operator, at=at)
    assert "Before it can be closed" in client.get(home).content.decode()
    status = client.get(f"{home}status/").content.decode()
    assert "Before it can be closed" in status
    assert "Nobody decided about the writes" in status
    seen = signed_in(viewer).get(home).content.decode()
    assert "Add an action" not in seen
    assert signed_in(viewer).get(f"{home}actions/new/").status_code == 403


def test_by_the_api(incident: Incident, operator: User, at: datetime) -> None:
    client, address = program(operator), f"/api/v1/incidents/{incident.pk}/"
    body: dict[str, Any] = {
        "content_type": "application/json",
        "data": {"status": "closed"},
    }
    refused = client.put(f"{address}status/", **body)
    assert (refused.status_code, refused.json()["code"]) == (409, "unfinished")
    lacking = [part["part"] for part in client.get(address).json()["ending"]["lacking"]]
    assert lacking == [
        "recovery_point", "restored", "losses", "reconciliation", "notified", "saved_by",
    ]  # fmt: skip
    world.finished(incident, operator, at)
    world.action(
        incident, operator, at, title="Be careful with both windows", strength=Strength.WEAKER
    )
    ending = client.get(address).json()["ending"]
    assert (ending["lacking"], ending["losses"][0]["amount"]) == ([], 412)
    assert "interlock" in ending["actions"][0]["warning"]
    assert client.put(f"{address}status/", **body).status_code == 200
    assert client.get(address).json()["ending"]["lacking"] == []
