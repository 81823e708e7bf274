"""Pages about the tokens of programs: a person's own, and an admin's way to revoke any."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import tokens
from accounts.forms import TokenForm
from accounts.models import Token
from accounts.sessions import signed_in, signed_in_with
from lib.verb_forms import sent


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a POST makes one, and this answer is the only one that shows it."""
    by, at = signed_in_with(request), timezone.now()
    form, issued = TokenForm(sent(request)), None
    if form.is_valid():
        with form.kept_when_refused():
            issued = tokens.issue(
                name=form.cleaned_data["name"],
                scopes=form.chosen(),
                expires_at=at + timedelta(days=int(form.cleaned_data["lasts"])),
                by=by,
                at=at,
            )
    context = {
        "form": TokenForm() if issued else form,
        "refusal": form.refusal,
        "issued": issued,
        "tokens": Token.objects.filter(owner=by).select_related("revoked_by"),
        "at": at,
    }
    return render(request, "accounts/token_list.html", context, status=form.http_status)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token at once."""
    by = signed_in(request)
    token = get_object_or_404(Token.objects.select_related("owner"), pk=pk)
    tokens.revoke(token, by=by, at=timezone.now())
    messages.success(request, f"The token “{token.name}” is revoked.")
    if token.owner_id == by.pk:
        return redirect("accounts:token_list")
    return redirect("accounts:person_detail", token.owner_id)
