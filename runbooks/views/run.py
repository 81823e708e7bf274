"""The run page, and the one way in for every move."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.fields import sentences
from accounts.models import User
from accounts.sessions import signed_in, signed_in_with
from lib.answers import answer_to, wants_json
from lib.refusals import Invalid, Refused
from runbooks.forms.by_move import form_sent
from runbooks.forms.moves import MoveForm, SentForm, TickForm
from runbooks.library import failures
from runbooks.machine.move import Move
from runbooks.machine.moves import BY_KIND
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.replacement import ProposeReplacement
from runbooks.machine.moves.steps import Tick
from runbooks.machine.state import RunState
from runbooks.models import Run
from runbooks.runs import other_runs, persistence
from runbooks.runs.moves import make_sent
from runbooks.screen.context import RefusedForm
from runbooks.templatetags.run_page import versions
from runbooks.views import run_page

#: Moves that name somebody else.
_NAMING = {HandOver, ProposeReplacement}


@require_GET
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The run as one person sees it now; with `X-Fragment: run` only what changes meanwhile."""
    by = signed_in_with(request)
    run, state, here, at = run_page.look(pk, timezone.now())
    session, fragment = request.session.session_key or "", request.headers.get("X-Fragment", "")
    etag = run_page.version(run, state, by, here, at, "page", session, fragment)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        unchanged["ETag"] = etag
        return unchanged
    screen = run_page.screen(run, state, by, at, here=here)
    response = _page(request, run, {"screen": screen, "procedure": state.procedure})
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "X-Fragment"])
    return response


@sensitive_post_parameters("password", "signer")
@require_POST
def run_move(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Make a move. What is refused comes back in place, with everything that was typed."""
    by = signed_in(request)
    kind = _move(move)
    form = TickForm(request.POST) if kind is Tick else _form(request, _state(pk), by, kind)
    if not form.is_valid():
        return _again(request, pk, by, kind, Invalid(_sentences(form)))
    seen_and_key = {"seen": form.cleaned_data["seen"], "key": form.cleaned_data["key"]}
    try:
        answer = make_sent(pk, kind, form.arguments(), by=by, at=None, **seen_and_key)
    except Run.DoesNotExist:
        raise Http404("There is no such run.") from None
    except (Invalid, Refused) as refusal:
        return _again(request, pk, by, kind, refusal)
    if wants_json(request):
        return JsonResponse({"ok": True, "sequence": answer.sequence, "replayed": answer.replayed})
    response = HttpResponse(status=303)
    response["Location"] = reverse("runbooks:run_detail", args=[pk]) + "#now"
    return response


def _state(pk: int) -> RunState:
    return run_page.look(pk, timezone.now())[1]


def _form(request: HttpRequest, state: RunState, by: User, kind: type[Move]) -> MoveForm:
    """What was sent, as a form that can be drawn again."""
    return form_sent(kind, by.pk, request.POST)(
        request.POST.copy(),
        request.FILES,
        move=kind,
        state=state,
        step=_index(request),
        person=by.pk,
        people=run_page.successors() if kind in _NAMING else (),
    )


def _again(
    request: HttpRequest, pk: int, by: User, kind: type[Move], refusal: Refused | Invalid
) -> HttpResponse:
    """The page as it is now, with what was said and what was typed."""
    answer = answer_to(refusal)
    assert answer is not None  # noqa: S101 - both kinds have one
    if wants_json(request):
        return JsonResponse(answer.as_json(), status=answer.status)
    run, state, here, at = run_page.look(pk, timezone.now())
    form = _form(request, state, by, kind)
    form.full_clean()
    if isinstance(refusal, Invalid):
        form.blame(refusal.errors)
    sent = RefusedForm(kind, _index(request), form.renewed(state))
    context = {"refusal": answer, "procedure": state.procedure}
    empty, screen = (
        run_page.screen(run, state, by, at, sent=typed, here=here) for typed in (None, sent)
    )
    # The browser replaces no piece that holds what was typed until the run itself has changed.
    blank = _page(request, run, {**context, "screen": empty}).content.decode()
    context |= {"screen": screen, "versions": versions(blank)}
    return _page(request, run, context, status=answer.status)


def _page(
    request: HttpRequest, run: Run, context: dict[str, object], status: int = 200
) -> HttpResponse:
    fragment = request.headers.get("X-Fragment") == "run"
    template = "runbooks/run_fragment.html" if fragment else "runbooks/run_detail.html"
    state, at = persistence.known(run), timezone.now()
    beside = {"others": other_runs.beside(run, state, at), **failures.before_run(run)}
    return render(request, template, {"run": run, **beside, **context}, status=status)


def _move(name: str) -> type[Move]:
    kind = BY_KIND.get(name)
    if kind is None:
        raise Http404("There is no such move.")
    return kind


def _index(request: HttpRequest) -> int | None:
    sent = request.POST.get("step", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 7 else None


def _sentences(form: SentForm) -> dict[str, str]:
    return {
        "" if name == "__all__" else name: " ".join(
            sentences(form[name]) if name in form.fields else map(str, errors)
        )
        for name, errors in form.errors.items()
    }
