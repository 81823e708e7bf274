"""A run as JSON, as one person may see it now.

Made of what the page of the same person is made of (`runbooks.screen`), so that the page and the
API hide the same: commands of steps that are not open, and every value that this person is to
measure without knowing it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from runbooks import interlocks
from runbooks.api.loss import loss_json
from runbooks.api.present_guard import gate_json, guard_json, measured, word
from runbooks.machine import (
    StepState,
    current,
    gates,
    not_before,
    open_roles,
    remarks,
    replacement,
    required_roles,
)
from runbooks.models import Run
from runbooks.presence import Here
from runbooks.procedure import Step
from runbooks.screen import Desk
from runbooks.screen.head import Place, head
from runbooks.screen.steps import Part, Row, parts
from runbooks.stated import Override

_BLOCK = re.compile(
    r'<div class="command" data-command="(\d+)">.*?<pre><code[^>]*>(.*?)</code>', re.DOTALL
)
_TAG = re.compile(r"<[^>]+>")


def run_json(
    run: Run, desk: Desk, here: Iterable[Here], offer: Mapping[str, str] | None
) -> dict[str, Any]:
    """The run for the person at `desk`. `here` are those who have it open; `offer` is what was said
    when the hand-over that is pending was offered."""
    state, now = desk.state, current(desk.state)
    shown = parts(desk)
    rows = sorted((row for part in shown for row in part.rows), key=lambda row: row.index)
    here = tuple(here)
    return {
        **_head(run, desk, here),
        **_standing(desk, offer),
        "brief": _brief(desk),
        "parameters": _parameters(desk),
        "people": _people(desk, here),
        "role": word(state.people.get(desk.person)),
        "open_roles": [role.value for role in open_roles(state, desk.person, desk.at)],
        "required_roles": [role.value for role in required_roles(state)],
        "current": now,
        "gates": [] if now is None else [gate_json(gate) for gate in gates(state, now, desk.at)],
        "remarks": [] if now is None else [gate_json(one) for one in remarks(state, now)],
        "loss": loss_json(desk),
        "overrides": [_override(desk, one) for one in state.stated.overrides],
        "allowed_moves": _allowed(desk),
        "sections": [_section(part) for part in shown],
        "steps": [_step(desk, row) for row in rows],
    }


def line_json(run: Run) -> dict[str, Any]:
    """A run in the list, with its people prefetched."""
    runbook = run.revision.runbook
    return {
        "id": run.pk,
        "title": run.title,
        "kind": run.kind,
        "status": run.status,
        "sequence": run.sequence,
        "runbook": {
            "slug": runbook.slug,
            "title": run.revision.title,
            "revision": run.revision.number,
            "sha256": run.revision.sha256,
        },
        "system": runbook.system.slug if runbook.system else None,
        "prepared_at": run.prepared_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "deviation": run.deviation or None,
        "overridden": run.overridden,
        "people": [
            {"id": one.person_id, "name": one.name, "initials": one.initials, "role": one.role}
            for one in run.people.all()
        ],
        "url": reverse("api:run_detail", args=[run.pk]),
    }


def _head(run: Run, desk: Desk, here: tuple[Here, ...]) -> dict[str, Any]:
    system = run.revision.runbook.system
    drawn = head(desk, run.title, system, here)
    line = line_json(run)
    del line["people"]
    return {
        **line,
        "environment": drawn.stripe,
        "source": _place(drawn.source),
        "target": _place(drawn.target),
        "goal_seconds": drawn.goal_seconds or None,
    }


def _standing(desk: Desk, offer: Mapping[str, str] | None) -> dict[str, Any]:
    """What holds the run as a whole."""
    state = desk.state
    held = {
        "at": state.held_at,
        "by": _person(desk, state.held_by),
        "for_mismatch": state.held_for_mismatch,
        "for_clock": state.stated.held_by_clock,
    }
    over = {
        "by": _person(desk, state.hand_over_by),
        "to": _person(desk, state.hand_over_to),
        **(offer or {}),
    }
    return {
        "held": held if state.held_at else None,
        "hand_over": over if state.hand_over_to is not None else None,
        "replacement": _replacement(desk),
        "turned_back": state.turned_back,
    }


def _replacement(desk: Desk) -> dict[str, Any] | None:
    """Who is to take a role from somebody who is gone, until a second person confirms it."""
    found = replacement(desk.state)
    if found is None:
        return None
    return {
        "role": found.role.value,
        "person": _person(desk, found.person),
        "to": {"id": found.to, "name": found.name},
        "by": _person(desk, found.by),
        "reason": found.reason,
        "at": found.at,
    }


def _brief(desk: Desk) -> dict[str, Any]:
    procedure = desk.state.procedure
    return {
        "purpose": procedure.purpose,
        "worst_case": procedure.worst_case,
        "abort_rule": procedure.abort_rule,
        "entry": list(procedure.entry),
        "do_not_use_if": list(procedure.do_not_use_if),
    }


def _parameters(desk: Desk) -> list[dict[str, Any]]:
    """Without the identifying values of an instance: they are read off the machine itself."""
    return [
        {
            "name": spec.name,
            "label": spec.label or spec.name,
            "type": spec.type.value,
            "value": facts.value,
            "facts": dict(facts.fields),
        }
        for spec in desk.state.procedure.parameters
        if (facts := desk.state.facts.get(spec.name))
    ]


def _people(desk: Desk, here: tuple[Here, ...]) -> list[dict[str, Any]]:
    """Those who hold a role, then those who only look on."""
    crew, open_now = desk.state.people, {one.id for one in here}
    guests = [one for one in here if one.id not in crew]
    found = [{**_known(desk, pk), "role": role.value} for pk, role in crew.items()]
    found += [{"id": one.id, "name": one.name, "initials": "", "role": None} for one in guests]
    return [{**one, "here": one["id"] in open_now} for one in found]


def _allowed(desk: Desk) -> list[dict[str, Any]]:
    number = desk.state.number
    return [
        {
            "move": one.move.value,
            "step": one.step,
            "url": reverse(f"api:move_{one.move.value}", args=[number]),
        }
        for one in desk.moves
    ]


def _override(desk: Desk, one: Override) -> dict[str, Any]:
    """An override that was asked for, and whether it was used."""
    return {
        "step": one.step,
        "gate": one.gate,
        "by": _person(desk, one.by),
        "reason": one.reason,
        "asked_at": one.asked_at,
        "not_before": not_before(one),
        "used_at": one.opened_at,
    }


def _section(part: Part) -> dict[str, Any]:
    section = part.section
    return {
        "key": section.key,
        "title": section.title,
        "html": part.html,
        "aside": section.aside,
    }


def _step(desk: Desk, row: Row) -> dict[str, Any]:
    told, step = desk.state.step(row.index), desk.state.steps[row.index]
    body = row.focus.caution_html + row.focus.body_html if row.focus else row.html
    return {
        **_text(told, body),
        "status": step.status.value,
        "attempt": step.attempt,
        "past": [
            {"attempt": old.attempt, "status": old.status.value, "reason": old.reason}
            for old in desk.state.past
            if old.index == row.index
        ],
        **measured(interlocks.asks(desk.state, row.index), step, hidden=row.index in desk.blind),
        "marks": _marks(desk, step),
        "answer": step.answer,
        "reason": step.reason,
        "waiting": row.focus.waiting if row.focus else "",
        "guard": guard_json(told.guard),
    }


def _text(told: Step, body: str) -> dict[str, Any]:
    return {
        "index": told.index,
        "number": told.number,
        "key": told.key,
        "section": told.section,
        "parent": told.parent,
        "depth": told.depth,
        "title": told.title,
        "html": body,
        "commands": [
            {"label": told.commands[int(place)][0], "text": html.unescape(_TAG.sub("", code))}
            for place, code in _BLOCK.findall(body)
        ],
    }


def _marks(desk: Desk, step: StepState) -> dict[str, Any]:
    marks = {}
    for name in ("started", "done", "countersigned", "released"):
        at: datetime | None = getattr(step, f"{name}_at")
        by = _person(desk, getattr(step, f"{name}_by"))
        marks[name] = {"at": at, "by": by} if at else None
    return marks


def _place(place: Place | None) -> dict[str, str] | None:
    return {"name": place.name, "environment": place.environment} if place else None


def _person(desk: Desk, pk: int | None) -> dict[str, Any] | None:
    return None if pk is None else _known(desk, pk)


def _known(desk: Desk, pk: int) -> dict[str, Any]:
    known = desk.people.get(pk)
    return {
        "id": pk,
        "name": known.name if known else "?",
        "initials": known.initials if known else "??",
    }
