"""Pages on which people state how an incident ended: losses, decisions, who was told, actions."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from incidents import action_titles, actions, decisions, losses, notifications, summary
from incidents.enums import Counted, LossOf, LossState
from incidents.follow_up_forms import (
    ActionForm,
    LossForm,
    NotifiedForm,
    ReassignForm,
    ReconcileForm,
    SavedByForm,
    SettleForm,
    StrikeForm,
)
from incidents.models import Incident
from incidents.views.pages import answer, kept_for
from lib.verb_forms import sent

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@_form_page
def loss_new(request: HttpRequest, pk: int) -> HttpResponse:
    """State a loss. `?window=clock`: begin with what the clock says."""
    incident = kept_for(request, pk)
    initial = _from_clock(incident) if request.GET.get("window") == "clock" else {}
    form = LossForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(losses.state, incident), part="losses")


def _from_clock(incident: Incident) -> dict[str, object]:
    window = summary.lost_window(incident, summary.clock(incident.times.all()))
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
    incident = kept_for(request, pk)
    row = get_object_or_404(incident.losses, pk=loss)
    form = StrikeForm(sent(request))
    return answer(request, incident, form, partial(losses.strike_out, row), "losses", loss=row)


@_form_page
def reconciliation(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide what is done about lost and contaminated writes."""
    incident = kept_for(request, pk)
    initial = {
        "decision": incident.reconciliation,
        "note": incident.reconciliation_note,
        "seen": incident.version,
    }
    form = ReconcileForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(decisions.reconcile, incident), "losses")


@_form_page
def notified_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Note who was told."""
    incident = kept_for(request, pk)
    form = NotifiedForm(sent(request))
    return answer(request, incident, form, partial(notifications.state, incident), "losses")


@_form_page
def notified_strike(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Strike out a note of who was told."""
    incident = kept_for(request, pk)
    row = get_object_or_404(incident.notified, pk=note)
    form = StrikeForm(sent(request))
    return answer(
        request, incident, form, partial(notifications.strike_out, row), "losses", note=row
    )


@_form_page
def saved_by(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what kept it from being worse."""
    incident = kept_for(request, pk)
    initial = {
        "saved_by": incident.saved_by,
        "note": incident.saved_by_note,
        "seen": incident.version,
    }
    form = SavedByForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(decisions.say_saved_by, incident), part="saved")


@_form_page
def action_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an action. `?luck=1`: one that turns luck into a control."""
    incident = kept_for(request, pk)
    initial = {"replaces_luck": request.GET.get("luck") == "1"}
    form = ActionForm(sent(request), initial=initial)
    warning = action_titles.warning(request.POST.get("title", ""))
    return answer(
        request, incident, form, partial(actions.add, incident), "actions", warning=warning
    )


@_form_page
def action_reassign(request: HttpRequest, pk: int, action: int) -> HttpResponse:
    """Give an action to somebody else, or another day."""
    incident = kept_for(request, pk)
    row = get_object_or_404(incident.actions, pk=action)
    initial = {"owner": row.owner_id, "due": row.due, "seen": incident.version}
    form = ReassignForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(actions.reassign, row), "actions", action=row)


@_form_page
def action_settle(request: HttpRequest, pk: int, action: int) -> HttpResponse:
    """Say that an action is done, or declined."""
    incident = kept_for(request, pk)
    row = get_object_or_404(incident.actions, pk=action)
    initial = {"status": row.status, "note": row.note, "seen": incident.version}
    form = SettleForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(actions.settle, row), "actions", action=row)
