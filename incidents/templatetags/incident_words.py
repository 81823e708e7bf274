"""Signs of incidents in templates: the class beside a status, a severity, a promise, a run; and the
rows of the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from incidents import words
from incidents.enums import ActionStatus, Moment, Reconciliation, SavedBy, Severity, Status
from incidents.lifecycle import Missing
from incidents.listing import IncidentRow
from incidents.models import Incident, LossMeasure, Notification
from runbooks.enums import RunStatus

register = template.Library()

_SIGNS = {
    Status.OPEN.value: "bad",
    Status.CONTAINED.value: "warn",
    Status.RESTORED.value: "good",
    Status.CLOSED.value: "off",
    Severity.UNKNOWN.value: "off",
    Severity.SEV1.value: "bad",
    Severity.SEV2.value: "bad",
    Severity.SEV3.value: "warn",
    Severity.SEV4.value: "warn",
    Reconciliation.UNDECIDED.value: "off",
    Reconciliation.RE_ENTERED.value: "good",
    Reconciliation.PARTLY.value: "warn",
    Reconciliation.GIVEN_UP.value: "warn",
    Reconciliation.NOTHING.value: "good",
    SavedBy.UNKNOWN.value: "off",
    SavedBy.CONTROL.value: "good",
    SavedBy.RECOVERY.value: "warn",
    SavedBy.LUCK.value: "bad",
    SavedBy.MIXED.value: "warn",
    SavedBy.NOTHING.value: "bad",
    SavedBy.NOT_NEEDED.value: "good",
    "met": "good",
    "not met": "bad",
    "running": "warn",
    "unknown": "off",
    "invalid": "bad",
    RunStatus.BRIEFING.value: "off",
    RunStatus.RUNNING.value: "warn",
    RunStatus.ON_HOLD.value: "bad",
    RunStatus.COMPLETED.value: "good",
    RunStatus.ABORTED.value: "off",
}


@register.filter
def incident_sign(word: str) -> str:
    """Class of the sign beside a word; always shown with the word itself."""
    return _SIGNS[word]


@register.filter
def severity_words(severity: str) -> str:
    """What a severity means, in a sentence."""
    return Severity(severity).definition


#: An open action is not an open incident: it waits for its day.
_ACTIONS = {
    ActionStatus.OPEN.value: "warn",
    ActionStatus.DONE.value: "good",
    ActionStatus.DECLINED.value: "off",
}

#: Where a thing that closing demands is stated.
_STATED_AT = {
    "losses": "loss_new",
    "reconciliation": "reconciliation",
    "notified": "notified_new",
    "saved_by": "saved_by",
}
#: Moments that closing demands, by the word that it has for them.
_MOMENTS = {moment.name.lower(): moment.value.replace(" ", "-") for moment in Moment}


@register.filter
def action_sign(word: str) -> str:
    """Class of the sign beside the status of an action."""
    return _ACTIONS[word]


_FIGURES = {
    "RPO": "how much data, in time, may be lost",
    "RTO": "how soon it must work again",
    "MTD": "how long it may be away at all",
}


@register.simple_tag
def figure_title(name: str) -> str:
    """What the abbreviation of a promise stands for."""
    return _FIGURES[name]


@register.filter
def loss_words(row: LossMeasure) -> str:
    """A stated loss on one line."""
    return words.loss(row)


@register.filter
def notified_words(row: Notification) -> str:
    """Who was told and when, on one line."""
    return words.notified(row)


@register.simple_tag
def lacking_url(incident: Incident, missing: Missing) -> str:
    """Where what closing demands is stated; of actions, their part of the incident's page."""
    if missing.part in _MOMENTS:
        return reverse("incidents:incident_time", args=[incident.pk, _MOMENTS[missing.part]])
    if missing.part in _STATED_AT:
        return reverse(f"incidents:{_STATED_AT[missing.part]}", args=[incident.pk])
    return reverse("incidents:incident_detail", args=[incident.pk]) + "#actions"


@register.filter
def moment_slug(moment: Moment) -> str:
    """The part of an address that names a moment: "writes-stopped"."""
    return Moment(moment).value.replace(" ", "-")


# Rows and options are most of the list's page. Written here, they take a third of the time that a
# loop of the template takes: a variable of a template costs more than a column of the database.
_ROW = """    <tr>
      <th scope="row"><a href="{}/">{}</a></th>
      <td data-label="System">{}</td>
      <td data-label="Kind">{}</td>
      <td data-label="Severity">{}</td>
      <td data-label="Status">{}</td>
      <td data-label="Opened"><time datetime="{}">{}</time></td>
      <td data-label="Runs" class="number">{}</td>
    </tr>"""
_SIGNED = {
    word: format_html('<span class="status {}">{}</span>', class_, word)
    for word, class_ in _SIGNS.items()
}


@register.simple_tag
def incident_rows(rows: Iterable[IncidentRow], systems: Mapping[int, str]) -> str:
    """The rows of the list's table; `systems` are names by key."""
    cells = (
        (
            row.pk,
            row.title,
            systems.get(row.system, ""),
            row.kind,
            _SIGNED[row.severity],
            _SIGNED[row.status],
            row.opened_iso,
            row.opened,
            row.runs,
        )
        for row in rows
    )
    return format_html_join("\n", _ROW, cells)


@register.simple_tag
@lru_cache(maxsize=64)
def options(offered: tuple[tuple[str, str, bool], ...]) -> str:
    """The options of a select: value, text, and whether it is chosen. The same are drawn at every
    look, so they are remembered."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, " selected" if chosen else "", text) for value, text, chosen in offered),
    )
