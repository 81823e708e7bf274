"""All known copies of a run's system, and the question whether anyone holds another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.enums import Right
from accounts.models import User
from accounts.sessions import signed_in_with
from inventory.models import Copy
from lib import clock
from lib.answers import Answer, answer_to
from lib.refusals import Invalid, Refused
from lib.verb_forms import see_other
from runbooks.forms.by_move import form_of
from runbooks.machine.move import Allowed, Move
from runbooks.machine.moves.copies import AnswerCopies, AskCopies
from runbooks.machine.state import ENDED, RunState
from runbooks.models import Run, sql
from runbooks.runs import moves
from runbooks.screen.context import RefusedForm
from runbooks.screen.panels import Panel, make_panel
from runbooks.screen.side import asked
from runbooks.views import run_page


@require_http_methods(["GET", "HEAD", "POST"])
def run_copies(request: HttpRequest, pk: int) -> HttpResponse:
    """Every copy of the system, however it is held. Whoever may look answers here; a POST with
    `?move=ask_copies` asks, any other answers."""
    by, at = signed_in_with(request), clock.now()
    run, state = run_page.load(pk)
    if request.method != "POST":
        return _page(request, run, state, by, at)
    asks = request.GET.get("move") == AskCopies.kind
    move: type[Move] = AskCopies if asks else AnswerCopies
    form = form_of(move)(request.POST.copy(), move=move, state=state, step=None, person=by.pk)
    try:
        if not form.is_valid():
            raise Invalid(
                {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
            )
        seen_and_key = {"seen": form.cleaned_data["seen"], "key": form.cleaned_data["key"]}
        moves.make_sent(pk, move, form.arguments(), by=by, at=None, **seen_and_key)
    except (Invalid, Refused) as refusal:
        if isinstance(refusal, Invalid):
            form.blame(refusal.errors)
        sent = RefusedForm(move, None, form.renewed(state))
        return _page(request, run, state, by, at, sent=sent, answer=answer_to(refusal))
    return see_other("runbooks:run_copies", pk)


def _page(
    request: HttpRequest,
    run: Run,
    state: RunState,
    by: User,
    at: datetime,
    *,
    sent: RefusedForm | None = None,
    answer: Answer | None = None,
) -> HttpResponse:
    page = replace(run_page.context_for(state, by, at), sent=sent)
    here = reverse("runbooks:run_copies", args=[run.pk])

    def control(move: type[Move]) -> Panel | None:
        if Allowed(move) not in page.controls:
            return None
        return replace(make_panel(page, move), url=f"{here}?move={move.kind}")

    system = sql.system_of(run)
    known = Copy.objects.of_system(system) if system else Copy.objects.none()
    context = {
        "run": run,
        "system": system,
        "copies": known.marked().existing().select_related("system").newest_first(),
        "at": at,
        "asked": asked(state),
        "ask": control(AskCopies),
        "answer": control(AnswerCopies),
        "ended": state.status in ENDED,
        "may_keep": access.may(by, Right.KEEP_INVENTORY),
        "refusal": answer,
    }
    status = answer.status if answer else 200
    return render(request, "runbooks/run_copies.html", context, status=status)
