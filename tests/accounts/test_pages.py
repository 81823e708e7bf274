"""The pages of sign-in, passwords and people, by HTTP."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.sign_in import urlpatterns
from tests.factories.people import PASSWORD, person


def sign_in(client: Client, login: str, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": login, "password": password})


@pytest.mark.parametrize("login", ["viewer", "VIEWER", "viewer@example.org"])
def test_sign_in_with_username_or_address(client: Client, viewer: User, login: str) -> None:
    assert sign_in(client, login).status_code == 302
    assert client.get(reverse("account_change_password")).status_code == 200


def test_sign_out_needs_a_post(signed_in, viewer: User) -> None:
    client = signed_in(viewer)
    assert client.get(reverse("account_logout")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("account_change_password")).status_code == 302


def test_after_five_wrong_passwords_even_the_right_one_waits(client: Client, viewer: User) -> None:
    for _ in range(5):
        assert sign_in(client, "viewer", "wrong").status_code == 200
    refused = sign_in(client, "viewer")
    assert refused.status_code == 200
    assert "Too many wrong passwords. Try again after" in refused.content.decode()


@pytest.mark.django_db
def test_reset_mails_are_limited(client: Client, viewer: User) -> None:
    address = {"email": viewer.email}
    answers = [client.post(reverse("account_reset_password"), address) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429, 429]
    assert len(mail.outbox) == 3
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.django_db
def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Client) -> None:
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert mail.outbox == []


@pytest.mark.django_db
def test_sign_up_is_closed(client: Client) -> None:
    typed = {"username": "me", "email": "me@example.org", "password1": "x" * 20}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", typed)):
        assert "Nobody signs up here" in answer.content.decode()
    assert not User.objects.exists()


def test_changing_the_password_ends_the_other_sessions(signed_in, viewer: User) -> None:
    here, there = signed_in(viewer), signed_in(viewer)
    new = "nine lives and a mast"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post(reverse("account_change_password"), typed).status_code == 302
    assert here.get(reverse("account_change_password")).status_code == 200
    assert there.get(reverse("account_change_password")).status_code == 302


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
def test_each_page_of_the_library_stands_in_our_frame(signed_in, viewer: User, pattern) -> None:
    arguments = {"uidb36": "1", "key": "x"} if pattern.name[-8:] == "from_key" else {}
    address = reverse(pattern.name, kwargs=arguments)
    for client in (Client(), signed_in(viewer)):
        answer = client.get(address, follow=True)
        assert answer.status_code == 200
        html = answer.content.decode()
        assert 'class="masthead"' in html
        assert html.count("<h1") == 1


def test_pages_about_people_are_for_admins(signed_in, manager: User) -> None:
    client = signed_in(manager)
    for name, arguments in (("people_list", []), ("person_invite", []), ("person_detail", [1])):
        answer = client.get(reverse(f"accounts:{name}", args=arguments))
        assert answer.status_code == 403
        assert "may not invite" in answer.content.decode()


@pytest.mark.django_db
def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get(reverse("accounts:people_list"))
    assert answer["Location"] == "/accounts/login/?next=/people/"


def test_invite_shows_the_link_and_keeps_what_was_typed(signed_in, admin: User) -> None:
    client = signed_in(admin)
    typed = {"name": "New", "email": "new@example.org", "username": "new", "initials": "ad"}
    wrong = client.post(reverse("accounts:person_invite"), {**typed, "roles": ["author"]})
    assert wrong.status_code == 422
    assert "Admin has this already" in wrong.content.decode()
    assert 'value="new@example.org"' in wrong.content.decode()
    empty = client.post(reverse("accounts:person_invite"), {"name": " "})
    assert "Write the person&#x27;s name." in empty.text
    assert "This field is required" not in empty.text
    made = client.post(reverse("accounts:person_invite"), {**typed, "initials": "nw"}, follow=True)
    assert "http://testserver/accounts/password/reset/key/" in made.content.decode()
    assert "no-store" in made["Cache-Control"]


def test_a_person_with_a_password_has_no_link(signed_in, admin: User, viewer: User) -> None:
    answer = signed_in(admin).get(reverse("accounts:person_detail", args=[viewer.pk]))
    assert "/reset/key/" not in answer.content.decode()


def test_roles_disable_and_enable(signed_in, admin: User, viewer: User) -> None:
    client = signed_in(admin)

    def post(name: str, someone: User, **typed: object):
        return client.post(reverse(f"accounts:{name}", args=[someone.pk]), typed)

    assert post("person_roles", viewer, roles=["author"]).status_code == 302
    assert User.objects.get(pk=viewer.pk).roles == [Role.AUTHOR]
    assert post("person_roles", viewer, roles=["king"]).status_code == 422
    assert post("person_disable", viewer).status_code == 302
    assert not User.objects.get(pk=viewer.pk).is_active
    assert post("person_enable", viewer).status_code == 302
    assert User.objects.get(pk=viewer.pk).is_active
    refused = post("person_disable", admin)
    assert refused.status_code == 409
    assert "only enabled admin" in refused.content.decode()


def test_the_list_asks_the_same_number_of_queries_however_many(signed_in, admin: User) -> None:
    client = signed_in(admin)
    counts = []
    for tag in "ab":
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("accounts:people_list"))
        counts.append(len(queries))
        for number in range(3):
            person(f"{tag}{number}", f"{tag}{number}", Role.VIEWER)
    assert counts[0] == counts[1] <= 8
