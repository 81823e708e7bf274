"""Verbs on how incidents ended, both ways."""

from __future__ import annotations

from typing import Any

from incidents import losses, notifications
from incidents.models import ActionItem, Incident, LossMeasure, Notification
from tests.incidents import world
from tests.parity.shape import Api, Case, Cast, Form

_LOSS = {"what": "records", "state": "gone for good", "counted": "counted"}
_ACTION = {
    "title": "Bar restores from laptops",
    "kind": "prevent",
    "due": "2999-12-01",
    "done_when": "A test shows it.",
    "strength": "stronger",
}


def _incident(cast: Cast) -> Incident:
    return world.incident(cast["operator"], cast.at)


def _loss(cast: Cast) -> LossMeasure:
    return world.loss(_incident(cast), cast["manager"], cast.at)


def _struck(cast: Cast) -> LossMeasure:
    return losses.strike_out(_loss(cast), reason="twice", by=cast["manager"], at=cast.at)


def _note(cast: Cast) -> Notification:
    given: dict[str, Any] = {"whom": "All customers", "notified_at": cast.at}
    return notifications.state(_incident(cast), **given, by=cast["manager"], at=cast.at)


def _action(cast: Cast) -> ActionItem:
    return world.action(_incident(cast), cast["manager"], cast.at)


def _form(record: Any, part: str, **typed: Any) -> Form:
    incident = record if isinstance(record, Incident) else record.incident
    return Form(f"/incidents/{incident.pk}/{part}/", typed)


def _api(method: str, record: Any, part: str, **body: Any) -> Api:
    incident = record if isinstance(record, Incident) else record.incident
    return Api(method, f"/api/v1/incidents/{incident.pk}/{part}/", body)


_STATED = (
    Case(
        "incidents.losses.state",
        stage=_incident,
        form=lambda kept: _form(
            kept, "losses/new", **_LOSS, amount="3", window_end="2026-03-04 03:00 UTC"
        ),
        api=lambda kept: _api(
            "POST", kept, "losses", **_LOSS, amount=3, window_end="2026-03-04T03:00:00Z"
        ),
    ),
    Case(
        "incidents.losses.state",
        stage=_incident,
        form=lambda kept: _form(kept, "losses/new", **_LOSS),
        api=lambda kept: _api("POST", kept, "losses", **_LOSS),
        code="invalid",
    ),
    Case(
        "incidents.losses.strike_out",
        stage=_loss,
        form=lambda row: _form(row, f"losses/{row.pk}/strike", reason="counted twice"),
        api=lambda row: _api("POST", row, f"losses/{row.pk}/strike", reason="counted twice"),
    ),
    Case(
        "incidents.losses.strike_out",
        stage=_struck,
        form=lambda row: _form(row, f"losses/{row.pk}/strike", reason="counted twice"),
        api=lambda row: _api("POST", row, f"losses/{row.pk}/strike", reason="counted twice"),
        code="struck_out",
    ),
    Case(
        "incidents.notifications.state",
        stage=_incident,
        form=lambda kept: _form(
            kept, "notified/new", whom="Customers", notified_at="2026-03-04 03:00 UTC"
        ),
        api=lambda kept: _api(
            "POST", kept, "notified", whom="Customers", notified_at="2026-03-04T03:00:00Z"
        ),
    ),
    Case(
        "incidents.notifications.state",
        stage=_incident,
        form=lambda kept: _form(kept, "notified/new", nobody="on", reason="a test database"),
        api=lambda kept: _api("POST", kept, "notified", nobody=True, reason="a test database"),
        why="nobody is affected",
    ),
    Case(
        "incidents.notifications.strike_out",
        stage=_note,
        form=lambda row: _form(row, f"notified/{row.pk}/strike", reason="the mail came back"),
        api=lambda row: _api("POST", row, f"notified/{row.pk}/strike", reason="the mail came back"),
    ),
    Case(
        "incidents.decisions.reconcile",
        stage=_incident,
        form=lambda kept: _form(kept, "reconciliation", seen=1, decision="given up", note="old"),
        api=lambda kept: _api(
            "PUT", kept, "reconciliation", seen=1, decision="given up", note="old"
        ),
    ),
    Case(
        "incidents.decisions.say_saved_by",
        stage=_incident,
        form=lambda kept: _form(kept, "saved-by", seen=1, saved_by="luck", note="a drawer"),
        api=lambda kept: _api("PUT", kept, "saved-by", seen=1, saved_by="luck", note="a drawer"),
    ),
)

_ACTIONS = (
    Case(
        "incidents.actions.add",
        stage=_incident,
        form=lambda kept: _form(kept, "actions/new", **_ACTION, owner=kept.opened_by_id),
        api=lambda kept: _api("POST", kept, "actions", **_ACTION, owner=kept.opened_by_id),
    ),
    Case(
        "incidents.actions.add",
        stage=_incident,
        form=lambda kept: _form(kept, "actions/new", **_ACTION),
        api=lambda kept: _api("POST", kept, "actions", **_ACTION),
        code="invalid",
    ),
    Case(
        "incidents.actions.reassign",
        stage=_action,
        form=lambda row: _form(
            row,
            f"actions/{row.pk}/assignment",
            seen=2,
            owner=row.incident.opened_by_id,
            due="2999-12-24",
            reason="moved",
        ),
        api=lambda row: _api(
            "PUT",
            row,
            f"actions/{row.pk}/assignment",
            seen=2,
            owner=row.incident.opened_by_id,
            due="2999-12-24",
            reason="moved",
        ),
    ),
    Case(
        "incidents.actions.settle",
        stage=_action,
        form=lambda row: _form(row, f"actions/{row.pk}/status", seen=2, status="done"),
        api=lambda row: _api("PUT", row, f"actions/{row.pk}/status", seen=2, status="done"),
    ),
    Case(
        "incidents.actions.settle",
        stage=_action,
        form=lambda row: _form(row, f"actions/{row.pk}/status", seen=1, status="done"),
        api=lambda row: _api("PUT", row, f"actions/{row.pk}/status", seen=1, status="done"),
        code="changed_meanwhile",
    ),
)

CASES = (*_STATED, *_ACTIONS)
