"""A session that has ended: nobody is led away from what they typed, and nobody else sends it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import people
from accounts.fields import TextField
from accounts.models import User
from accounts.views import lost_session
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

ORIGIN = {"origin": "http://testserver"}
TYPED = {"name": "Ada\r\nof the night", "password": "not for a page", "initials": "<b>"}


def sign_in(client: Client, name: str) -> None:
    typed = {"login": name, "password": PASSWORD}
    assert client.post("/accounts/login/", typed).status_code == 302


@pytest.mark.parametrize("headers", [{"accept": "application/json"}, {"x-fragment": "run"}])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/people/", "/runs/1/", "/runs/1/hold/"])
def test_a_script_is_answered_and_not_led_away(
    path: str, method: str, headers: dict[str, str]
) -> None:
    answer = getattr(Client(), method)(path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "signed_out"
    assert answer.json()["sentence"]
    assert answer.json()["remedy"]
    if path.startswith("/runs/"):
        assert (answer["X-Countersign-Run"], answer["X-Countersign-Person"]) == ("1", "")


def _signed_out(client: Client, person: User, admin: User) -> None:
    client.post("/accounts/logout/")


def _disabled(client: Client, person: User, admin: User) -> None:
    people.disable(person, by=admin, at=timezone.now())


def _password_changed(client: Client, person: User, admin: User) -> None:
    person.set_password("nine lives and a mast")
    person.save()


def _too_old(client: Client, person: User, admin: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("end", [_signed_out, _disabled, _password_changed, _too_old])
def test_however_the_session_ended(end, signed_in, viewer: User, admin: User) -> None:
    client = signed_in(viewer)
    end(client, viewer, admin)
    answer = client.post("/runs/1/hold/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


def test_a_form_that_was_sent_comes_back_to_be_sent_again() -> None:
    answer = Client().post("/people/invite/", TYPED, headers=ORIGIN)
    page = answer.content.decode()
    assert answer.status_code == 401
    assert "no-store" in answer["Cache-Control"]
    assert 'action="/people/invite/"' in page
    assert '<input type="hidden" name="name" value="Ada\r\nof the night">' in page
    assert 'value="&lt;b&gt;"' in page
    assert "<dt>name</dt><dd>Ada<br>of the night</dd>" in page
    assert "<dt>initials</dt><dd>&lt;b&gt;</dd>" in page
    assert "not for a page" not in page
    assert "The password is not kept" in page


def test_what_another_site_made_up_is_not_offered_to_be_sent() -> None:
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {}):
        page = Client().post("/people/invite/", TYPED, headers=headers).content.decode()
        assert "Ada" not in page


def test_a_form_from_before_the_sign_in_comes_back_with_a_valid_token(admin: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    old = client.post("/people/invite/", TYPED, headers=ORIGIN)
    assert old.status_code == 403
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', old.text))
    assert "Ada" in fields["name"]
    again = client.post("/people/invite/", fields, headers=ORIGIN)
    assert again.status_code == 422  # the form itself: its address is missing
    assert "Ada" in again.text


def test_the_password_of_the_sign_in_never_comes_back() -> None:
    typed = {"login": "ada", "password": "not for a page"}
    client = Client(enforce_csrf_checks=True)
    page = client.post("/accounts/login/", typed, headers=ORIGIN).text
    assert "not for a page" not in page
    assert 'value="ada"' not in page


def test_what_one_person_typed_is_not_sent_by_another(signed_in, admin: User, viewer: User) -> None:
    client = signed_in(admin)
    form = client.get("/people/invite/").text
    assert f'name="typed_by" value="{admin.pk}"' in form
    typed = {**TYPED, "typed_by": str(viewer.pk)}
    refused = client.post("/people/invite/", typed, headers=ORIGIN)
    assert refused.status_code == 409
    assert "Ada" not in refused.text
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    stale = strict.post("/people/invite/", typed, headers=ORIGIN)
    assert stale.status_code == 409
    assert "Ada" not in stale.text
    answer = client.post("/people/invite/", typed, headers={"accept": "application/json"})
    assert answer.json()["code"] == "other_person"


def test_a_sign_in_in_a_second_tab_ends_at_a_page_that_says_so(viewer: User) -> None:
    client = Client()
    typed = {"login": "viewer", "password": PASSWORD, "next": "/accounts/again/"}
    assert client.post("/accounts/login/", typed)["Location"] == "/accounts/again/"
    assert "You are signed in as Viewer" in client.get("/accounts/again/").text
    body = client.get("/accounts/again/", headers={"accept": "application/json"}).json()
    assert (body["person"], bool(body["token"])) == (viewer.pk, True)


def _ends_at(client: Client) -> datetime:
    return Session.objects.get(pk=client.session.session_key).expire_date


def test_use_renews_a_session_and_a_page_that_follows_a_run_does_not(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    sign_in(client, "viewer")
    began = _ends_at(client)
    client.get("/runbooks/")
    assert _ends_at(client) == began  # no write at each request
    later = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE / 20)
    monkeypatch.setattr("accounts.views.lost_session.timezone.now", lambda: later)
    client.get("/runbooks/", headers={"x-fragment": "run"})
    assert lost_session.RENEWED not in client.session
    client.get("/runbooks/")
    assert client.session[lost_session.RENEWED] == int(later.timestamp())
    assert _ends_at(client) > began


def test_a_text_is_counted_once_whatever_ends_its_lines() -> None:
    field = TextField(max_length=5)
    assert field.widget.attrs == {"data-limit": "5"}
    assert field.clean("ab\r\ncd") == "ab\ncd"
    assert field.clean(" 🙂🙂🙂🙂🙂 ") == "🙂🙂🙂🙂🙂"
    with pytest.raises(Exception, match="This has 6 characters; at most 5 characters fit"):
        field.clean("ab\r\ncde")
