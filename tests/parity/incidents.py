"""Verbs on the facts and the timeline of incidents, both ways."""

from __future__ import annotations

from typing import Any

from incidents import entries, records
from incidents.enums import Certainty, Moment, Severity
from incidents.models import Incident, TimelineEntry
from tests.factories.inventory import system
from tests.incidents import world
from tests.parity.shape import Api, Case, Cast, Form

_STORY = {"title": "Rows are gone", "what_happened": "A table is empty."}
_ENTRY = {"text": "It is **empty**.", "certainty": "about"}


def _incident(cast: Cast) -> Incident:
    return world.incident(cast["operator"], cast.at)


def _judged(cast: Cast) -> Incident:
    """Somebody judged it after version 1."""
    return records.judge(
        _incident(cast), severity=Severity.SEV2, seen=None, by=cast["manager"], at=cast.at
    )


def _began(cast: Cast) -> Incident:
    kept = _incident(cast)
    return records.set_time(
        kept,
        moment=Moment.WRITES_STOPPED,
        time=cast.at,
        certainty=Certainty.ABOUT,
        seen=None,
        by=cast["manager"],
        at=cast.at,
    )


def _closed(cast: Cast) -> Incident:
    return world.closed(_incident(cast), cast["manager"], cast.at)


def _entry(cast: Cast) -> TimelineEntry:
    return entries.add(
        _incident(cast),
        text="It is gone.",
        happened_at=cast.at,
        certainty=Certainty.EXACT,
        by=cast["manager"],
        at=cast.at,
    )


def _corrected(cast: Cast) -> TimelineEntry:
    old = _entry(cast)
    entries.correct(
        old,
        text="It is not gone.",
        happened_at=cast.at,
        certainty=Certainty.EXACT,
        reason="found",
        by=cast["manager"],
        at=cast.at,
    )
    return old


def _page(incident: Incident, part: str, **typed: Any) -> Form:
    return Form(f"/incidents/{incident.pk}/{part}/", {"seen": 1} | typed)


def _put(incident: Incident, part: str, **body: Any) -> Api:
    return Api("PUT", f"/api/v1/incidents/{incident.pk}/{part}", {"seen": 1} | body)


def _correction(entry: TimelineEntry) -> Form:
    path = f"/incidents/{entry.incident_id}/entries/{entry.pk}/correct/"
    return Form(path, _ENTRY | {"happened_at": "2026-03-04 03:00 UTC", "reason": "counted"})


def _correction_body(entry: TimelineEntry) -> Api:
    path = f"/api/v1/incidents/{entry.incident_id}/entries/{entry.pk}/correct/"
    body = _ENTRY | {"happened_at": "2026-03-04T03:00:00Z", "reason": "counted"}
    return Api("POST", path, body)


_FACTS = (
    Case(
        "incidents.records.open",
        stage=lambda cast: system(cast["manager"], cast.at),
        form=lambda system: Form(
            "/incidents/new/",
            _STORY | {"system": system.slug, "noticed_at": "2026-03-04 03:00 UTC"},
        ),
        api=lambda system: Api(
            "POST",
            "/api/v1/incidents/",
            _STORY | {"system": system.slug, "noticed_at": "2026-03-04T03:00:00Z"},
        ),
    ),
    Case(
        "incidents.records.open",
        stage=_incident,
        form=lambda kept: Form(
            "/incidents/new/",
            _STORY
            | {"title": kept.title, "system": "ledger", "noticed_at": "2026-03-04 03:00 UTC"},
        ),
        api=lambda kept: Api(
            "POST",
            "/api/v1/incidents/",
            _STORY
            | {"title": kept.title, "system": "ledger", "noticed_at": "2026-03-04T03:00:00Z"},
        ),
        code="invalid",
    ),
    Case(
        "incidents.records.edit",
        stage=_incident,
        form=lambda kept: _page(kept, "edit", **_STORY, kind="corruption", system="ledger"),
        api=lambda kept: _put(kept, "", **_STORY, kind="corruption", system="ledger"),
    ),
    Case(
        "incidents.records.edit",
        stage=_closed,
        form=lambda kept: _page(kept, "edit", **_STORY, kind="corruption", system="ledger"),
        api=lambda kept: _put(kept, "", **_STORY, kind="corruption", system="ledger"),
        code="closed",
    ),
    Case(
        "incidents.records.judge",
        stage=_incident,
        form=lambda kept: _page(kept, "severity", severity="severity 1", reason="so"),
        api=lambda kept: _put(kept, "severity/", severity="severity 1", reason="so"),
    ),
    Case(
        "incidents.records.judge",
        stage=_judged,
        form=lambda kept: _page(kept, "severity", severity="severity 1"),
        api=lambda kept: _put(kept, "severity/", severity="severity 1"),
        code="changed_meanwhile",
    ),
    Case(
        "incidents.records.change_status",
        stage=_incident,
        form=lambda kept: _page(kept, "status", status="contained"),
        api=lambda kept: _put(kept, "status/", status="contained"),
    ),
    Case(
        "incidents.records.change_status",
        stage=_incident,
        form=lambda kept: _page(kept, "status", status="open"),
        api=lambda kept: _put(kept, "status/", status="open"),
        code="status",
    ),
    Case(
        "incidents.records.change_status",
        stage=_incident,
        form=lambda kept: _page(kept, "status", status="closed"),
        api=lambda kept: _put(kept, "status/", status="closed"),
        code="unfinished",
    ),
    Case(
        "incidents.records.set_time",
        stage=_incident,
        form=lambda kept: _page(
            kept, "clock/writes-stopped", time="2026-03-04 03:01 UTC", certainty="about"
        ),
        api=lambda kept: _put(
            kept, "clock/writes-stopped/", time="2026-03-04T03:01:00Z", certainty="about"
        ),
    ),
    Case(
        "incidents.records.set_time",
        stage=_incident,
        form=lambda kept: _page(
            kept, "clock/began", time="2026-03-04 03:11 UTC", certainty="exact"
        ),
        api=lambda kept: _put(kept, "clock/began/", time="2026-03-04T03:11:00Z", certainty="exact"),
        code="invalid",
    ),
    Case(
        "incidents.records.clear_time",
        stage=_began,
        form=lambda kept: _page(kept, "clock/writes-stopped/clear", seen=2),
        api=lambda kept: Api("DELETE", f"/api/v1/incidents/{kept.pk}/clock/writes-stopped/?seen=2"),
    ),
    Case(
        "incidents.records.clear_time",
        stage=_incident,
        form=lambda kept: _page(kept, "clock/noticed/clear"),
        api=lambda kept: Api("DELETE", f"/api/v1/incidents/{kept.pk}/clock/noticed/"),
        code="needed",
    ),
)

_ENTRIES = (
    Case(
        "incidents.entries.add",
        stage=_closed,
        form=lambda kept: Form(
            f"/incidents/{kept.pk}/entries/new/", _ENTRY | {"happened_at": "2026-03-04 03:00 UTC"}
        ),
        api=lambda kept: Api(
            "POST",
            f"/api/v1/incidents/{kept.pk}/entries/",
            _ENTRY | {"happened_at": "2026-03-04T03:00:00Z"},
        ),
    ),
    Case("incidents.entries.correct", stage=_entry, form=_correction, api=_correction_body),
    Case(
        "incidents.entries.correct",
        stage=_corrected,
        form=_correction,
        api=_correction_body,
        code="changed_meanwhile",
    ),
)

CASES = (*_FACTS, *_ENTRIES)
