"""Signs of incidents in templates: the class beside a status, a severity, a promise, a run."""

from __future__ import annotations

from django import template

from incidents.enums import Moment, Severity, Status
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
    "met": "good",
    "not met": "bad",
    "running": "warn",
    "not known": "off",
    RunStatus.BRIEFING.value: "off",
    RunStatus.RUNNING.value: "warn",
    RunStatus.HELD.value: "bad",
    RunStatus.COMPLETED.value: "good",
    RunStatus.ABORTED.value: "off",
}


@register.filter
def incident_sign(word: str) -> str:
    """Class of the sign beside a word; always shown with the word itself."""
    return _SIGNS[word]


@register.filter
def moment_slug(moment: Moment) -> str:
    """The part of an address that names a moment: "writes-stopped"."""
    return Moment(moment).value.replace(" ", "-")
