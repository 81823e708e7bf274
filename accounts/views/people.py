"""Pages for admins: who is here, invite, disable and enable, give roles."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import invitations, limits, people
from accounts.enums import Right
from accounts.forms import InviteForm, RolesForm
from accounts.models import User
from accounts.sessions import signed_in, signed_in_with
from lib.refusals import Invalid, Refused


@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody, the enabled first."""
    signed_in_with(request, Right.MANAGE_PEOPLE)
    everybody = User.objects.prefetch_related("groups").order_by("-is_active", "name", "pk")
    return render(request, "accounts/people_list.html", {"people": everybody})


@require_http_methods(["GET", "POST"])
def person_invite(request: HttpRequest) -> HttpResponse:
    """A form; then the new person's page, which shows the link to pass on."""
    by = signed_in_with(request, Right.MANAGE_PEOPLE)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in form.fields if name != "roles"}
        try:
            person = people.invite(
                **typed, roles=form.chosen(), site=_site(request), by=by, at=timezone.now()
            )
        except Invalid as invalid:
            _tell(form, invalid)
        else:
            messages.success(request, f"{person.name} is invited.")
            return redirect("accounts:person_detail", person.pk)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/person_invite.html", {"form": form}, status=status)


@never_cache
@require_GET
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: roles, history, and while there is no password yet the link that sets one."""
    signed_in_with(request, Right.MANAGE_PEOPLE)
    return _page(request, get_object_or_404(User, pk=pk))


@require_POST
def person_roles(request: HttpRequest, pk: int) -> HttpResponse:
    """Give exactly the ticked roles."""
    person = get_object_or_404(User, pk=pk)
    form = RolesForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form=form, status=422)
    try:
        by = signed_in(request)
        people.give_roles(person, roles=form.chosen(), by=by, at=timezone.now())
    except Refused as refusal:
        return _refused(request, person, refusal)
    return _changed(request, person, "now has these roles")


@require_POST
def person_disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut a person out at once."""
    person = get_object_or_404(User, pk=pk)
    try:
        people.disable(person, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        return _refused(request, person, refusal)
    return _changed(request, person, "is disabled")


@require_POST
def person_enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person in again."""
    person = get_object_or_404(User, pk=pk)
    people.enable(person, by=signed_in(request), at=timezone.now())
    return _changed(request, person, "is enabled")


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _tell(form: forms.Form, invalid: Invalid) -> None:
    for field, sentence in invalid.errors.items():
        form.add_error(field if field in form.fields else None, sentence)


def _changed(request: HttpRequest, person: User, change: str) -> HttpResponse:
    messages.success(request, f"{person.name} {change}.")
    return redirect("accounts:person_detail", person.pk)


def _refused(request: HttpRequest, person: User, refusal: Refused) -> HttpResponse:
    """The page again with the refusal; without the right to see it, the refusal alone."""
    if refusal.status == 403:
        raise refusal
    return _page(request, person, refusal=refusal, status=refusal.status)


def _page(
    request: HttpRequest,
    person: User,
    *,
    form: RolesForm | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    waiting = person.is_active and not person.has_usable_password()
    context = {
        "person": person,
        "form": form or RolesForm(initial={"roles": [role.value for role in person.roles]}),
        "refusal": refusal,
        "changes": person.changes.all()[:50],
        "tokens": person.tokens.select_related("revoked_by"),
        "at": timezone.now(),
        "failures": limits.failures(person, at=timezone.now()),
        "link": invitations.link(person, site=_site(request)) if waiting else "",
    }
    return render(request, "accounts/person_detail.html", context, status=status)
