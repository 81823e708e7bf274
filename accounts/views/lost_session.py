"""What a request gets whose sender is signed in no more, or as somebody else: never a redirect for
a script or a form that was sent, and never the loss of what was typed."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.sessions import signed_in
from accounts.templatetags.form_tags import TYPED_BY
from lib.answers import Answer, wants_fragment, wants_json

#: In a session: when it was last renewed, in seconds since 1970.
RENEWED = "renewed_at"

#: What a form of ours sends that nobody typed.
_OF_THE_PAGE = frozenset({TYPED_BY, "key", "seen", "step"})

SIGNED_OUT = Answer(
    401,
    "signed_out",
    "Signed out. Nothing was saved.",
    "Sign in again, then send it again.",
    {},
)
OTHER_PERSON = Answer(
    409,
    "other_person",
    "This was typed by somebody else. Nothing was saved.",
    "Another person is signed in in this browser now. Sign out, and sign in as the person who typed"
    " it.",
    {},
)
STALE_FORM = Answer(
    403,
    "stale_form",
    "The form was too old, or came from another place than this site. Nothing was saved.",
    "Load the page again, and send it once more.",
    {},
)


class SignInRequired(LoginRequiredMiddleware):
    """Lets nobody in who is not signed in, and takes no form that was drawn for somebody else."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[object, ...],
        view_kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        """Django's hook: None to go on. Who only looks is led to the sign-in page; a script, and
        who sent a form, are not led away but answered."""
        if not _needs_sign_in(view_func):
            return None
        if not request.user.is_authenticated:
            by_script = wants_json(request) or wants_fragment(request)
            if request.method in {"GET", "HEAD"} and not by_script:
                return self.handle_no_permission(request, view_func)
            return signed_out(request)
        if typed_by_another(request):
            return _answered(request, OTHER_PERSON)
        _renew(request)
        return None


def signed_out(request: HttpRequest) -> HttpResponse:
    """The 401: JSON for a script; else a page that keeps what was typed until it is sent again."""
    response = _answered(request, SIGNED_OUT)
    response["WWW-Authenticate"] = 'Bearer realm="countersign"'
    return response


def stale_form(request: HttpRequest) -> HttpResponse:
    """The answer to a form whose CSRF token is not valid: every sign-in makes a new one. A page of
    ours is given back with a fresh token; what another site made up is not."""
    view = request.resolver_match.func if request.resolver_match else None
    if view is not None and _needs_sign_in(view):
        if not request.user.is_authenticated:
            return signed_out(request)
        if typed_by_another(request):
            return _answered(request, OTHER_PERSON)
    return _answered(request, STALE_FORM)


def typed_by_another(request: HttpRequest) -> bool:
    """Whether the form that was sent was drawn for another person than is signed in now."""
    typed_by = request.POST.get(TYPED_BY, "") if request.method == "POST" else ""
    return typed_by not in {"", str(request.user.pk)}


@never_cache
@require_GET
def signed_in_again(request: HttpRequest) -> HttpResponse:
    """Where a sign-in in a second tab ends. As JSON: who is signed in, and a valid CSRF token."""
    person = signed_in(request)
    if wants_json(request):
        return JsonResponse({"person": person.pk, "name": person.name, "token": get_token(request)})
    return render(request, "account/signed_in_again.html")


def _needs_sign_in(view: Callable[..., HttpResponseBase]) -> bool:
    return bool(getattr(view, "login_required", True))


def _answered(request: HttpRequest, answer: Answer) -> HttpResponse:
    if wants_json(request) or wants_fragment(request):
        return JsonResponse(answer.as_json(), status=answer.status)
    kept = _kept(request) if answer is not OTHER_PERSON else {}
    response = render(
        request, "account/not_sent.html", {"answer": answer, **kept}, status=answer.status
    )
    add_never_cache_headers(response)
    return response


def _kept(request: HttpRequest) -> dict[str, object]:
    """What was typed, to be sent again. Passwords and files are not kept; nor is anything that did
    not come from a page of ours, for a press must not send what a stranger wrote."""
    view = request.resolver_match.func if request.resolver_match else None
    if view is None or not _needs_sign_in(view) or not _from_our_page(request):
        return {}
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
    ]
    return {
        "fields": fields,
        "texts": [
            (name.removeprefix("value_").replace("_", " "), value)
            for name, value in fields
            if name not in _OF_THE_PAGE and value.strip()
        ],
        "typed_by": request.POST.get(TYPED_BY, ""),
        "passwords": any("password" in name for name in request.POST),
        "files": [file.name for _, files in request.FILES.lists() for file in files],
        "multipart": request.content_type == "multipart/form-data",
    }


def _from_our_page(request: HttpRequest) -> bool:
    """Browsers say with every form where it comes from."""
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return request.headers.get("Origin", "") in ours


def _renew(request: HttpRequest) -> None:
    """Count the idle time from now on, in at most 24 writes per idle limit. What a page asks for by
    itself renews nothing, or a page that nobody uses would stay signed in for ever."""
    signed_in_at = get_authentication_records(request, request.user)
    if not signed_in_at or wants_fragment(request):
        return
    now = int(timezone.now().timestamp())
    renewed_at = request.session.get(RENEWED, signed_in_at[-1]["at"])
    if now - renewed_at >= settings.SESSION_COOKIE_AGE / 24:
        request.session[RENEWED] = now
