"""Pages on which people state how an incident ended: losses, decisions, who was told, actions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.enums import Right
from incidents import actions, losses, notified, reading, slogans, verdicts
from incidents.aftermath_forms import (
    ActionForm,
    LossForm,
    NotifiedForm,
    ReassignForm,
    ReconcileForm,
    SavedByForm,
    SettleForm,
    StrikeForm,
)
from incidents.enums import Counted, LossOf, LossState
from incidents.models import Incident
from incidents.views.pages import form_page, kept, person, see_other

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@_form_page
def loss_new(request: HttpRequest, pk: int) -> HttpResponse:
    """State a loss. `?window=clock`: begin with what the clock says."""
    by, at, incident = person(request, Right.KEEP_INCIDENTS), timezone.now(), kept(pk)
    initial = _from_clock(incident) if request.GET.get("window") == "clock" else {}
    form = LossForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            losses.state(incident, **form.cleaned_data, by=by, at=at)
            return see_other("incident_detail", pk, part="losses")
    return form_page(request, "incidents/loss_new.html", form, incident=incident)


def _from_clock(incident: Incident) -> dict[str, Any]:
    window = reading.lost_window(incident, reading.clock(incident.times.all()))
    if window is None:
        return {}
    return {
        "what": LossOf.MINUTES.value,
        "amount": window.minutes,
        "state": LossState.AT_FIRST.value,
        "counted": (Counted.COUNTED if window.exact else Counted.ESTIMATED).value,
        "window_start": window.start,
        "window_end": window.end,
    }


@_form_page
def loss_strike(request: HttpRequest, pk: int, loss: int) -> HttpResponse:
    """Strike a stated loss out."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    row = get_object_or_404(incident.losses, pk=loss)
    form = StrikeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.kept_when_refused():
            losses.strike_out(row, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="losses")
    return form_page(request, "incidents/loss_strike.html", form, incident=incident, loss=row)


@_form_page
def reconciliation(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide what is done about lost and contaminated writes."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    initial = {
        "decision": incident.reconciliation,
        "note": incident.reconciliation_note,
        "seen": incident.version,
    }
    form = ReconcileForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            verdicts.reconcile(incident, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="losses")
    return form_page(request, "incidents/reconciliation.html", form, incident=incident)


@_form_page
def notified_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Note who was told."""
    by, at, incident = person(request, Right.KEEP_INCIDENTS), timezone.now(), kept(pk)
    form = NotifiedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.kept_when_refused():
            notified.state(incident, **form.cleaned_data, by=by, at=at)
            return see_other("incident_detail", pk, part="losses")
    return form_page(request, "incidents/notified_new.html", form, incident=incident)


@_form_page
def notified_strike(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Strike out a note of who was told."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    row = get_object_or_404(incident.notified, pk=note)
    form = StrikeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.kept_when_refused():
            notified.strike_out(row, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="losses")
    return form_page(request, "incidents/notified_strike.html", form, incident=incident, note=row)


@_form_page
def saved_by(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what kept it from being worse."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    initial = {
        "saved_by": incident.saved_by,
        "note": incident.saved_by_note,
        "seen": incident.version,
    }
    form = SavedByForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            verdicts.say_saved_by(incident, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="saved")
    return form_page(request, "incidents/saved_by.html", form, incident=incident)


@_form_page
def action_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an action. `?luck=1`: one that turns luck into a control."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    initial = {"replaces_luck": request.GET.get("luck") == "1"}
    form = ActionForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            actions.add(incident, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="actions")
    warning = slogans.warning(request.POST.get("title", ""))
    return form_page(request, "incidents/action_new.html", form, incident=incident, warning=warning)


@_form_page
def action_reassign(request: HttpRequest, pk: int, action: int) -> HttpResponse:
    """Give an action to somebody else, or another day."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    row = get_object_or_404(incident.actions, pk=action)
    initial = {"owner": row.owner_id, "due": row.due, "seen": incident.version}
    form = ReassignForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            actions.reassign(row, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="actions")
    return form_page(request, "incidents/action_reassign.html", form, incident=incident, action=row)


@_form_page
def action_settle(request: HttpRequest, pk: int, action: int) -> HttpResponse:
    """Say that an action is done, or declined."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    row = get_object_or_404(incident.actions, pk=action)
    initial = {"status": row.status, "note": row.note, "seen": incident.version}
    form = SettleForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            actions.settle(row, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="actions")
    return form_page(request, "incidents/action_settle.html", form, incident=incident, action=row)
