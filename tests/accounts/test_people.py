"""Invite, disable, enable, give roles; and that nobody can be deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts import people
from accounts.enums import Role
from accounts.models import PersonChange, User
from lib.refusals import Invalid, Refused
from tests.factories.people import PASSWORD

SITE = "https://countersign.example.org"


def invite(by: User, at: datetime, **changed: str) -> User:
    typed = {"name": "New", "email": "New@Example.org", "username": "new", "initials": "nw"}
    return people.invite(**{**typed, **changed}, roles=[Role.AUTHOR], site=SITE, by=by, at=at)


def test_an_invited_person_sets_a_password_and_signs_in(
    admin: User, at: datetime, django_capture_on_commit_callbacks, client: Client
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invite(admin, at)
    (sent,) = mail.outbox
    assert sent.to == ["new@example.org"]
    link = next(line for line in sent.body.splitlines() if line.startswith(SITE))
    form = client.get(link.removeprefix(SITE), follow=True)
    assert "Set your password" in form.content.decode()
    password = "nine lives and a mast"
    done = client.post(form.request["PATH_INFO"], {"password1": password, "password2": password})
    assert done.status_code == 302
    assert client.login(username="new", password=password)
    assert User.objects.get(username="new").roles == [Role.AUTHOR]
    again = Client().get(link.removeprefix(SITE), follow=True)
    assert "does not work any more" in again.content.decode()


def test_a_failing_mail_server_does_not_undo_the_invitation(
    admin: User, at: datetime, settings, django_capture_on_commit_callbacks, caplog
) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.no_such_backend"
    with django_capture_on_commit_callbacks(execute=True):
        invite(admin, at)
    assert User.objects.filter(username="new").exists()
    assert caplog.records


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "ADMIN@example.org"), ("username", "Admin"), ("initials", "AD"), ("name", " "),
     ("email", "nobody"), ("username", "a b"), ("initials", "abcde")],
)  # fmt: skip
def test_bad_input_is_named_by_field(admin: User, at: datetime, field: str, value: str) -> None:
    with pytest.raises(Invalid) as invalid:
        invite(admin, at, **{field: value})
    assert list(invalid.value.errors) == [field]
    assert User.objects.count() == 1


def test_only_who_manages_people_may(manager: User, viewer: User, at: datetime) -> None:
    moves: tuple[Callable[[], object], ...] = (
        lambda: invite(manager, at),
        lambda: people.disable(viewer, by=manager, at=at),
        lambda: people.enable(viewer, by=manager, at=at),
        lambda: people.give_roles(viewer, roles=[Role.ADMIN], by=manager, at=at),
    )
    for move in moves:
        with pytest.raises(Refused) as refusal:
            move()
        assert refusal.value.status == 403
    assert not PersonChange.objects.exists()


@pytest.mark.django_db
def test_disabling_ends_every_session_at_once(admin: User, viewer: User, at: datetime) -> None:
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(viewer)
    other = Client()
    other.force_login(admin)
    people.disable(viewer, by=admin, at=at)
    assert Session.objects.count() == 1
    people.enable(viewer, by=admin, at=at)
    for browser in browsers:
        assert browser.get("/people/").status_code == 302
    assert other.get("/people/").status_code == 200


def test_a_disabled_person_cannot_sign_in(admin: User, viewer: User, at: datetime) -> None:
    people.disable(viewer, by=admin, at=at)
    assert not Client().login(username="viewer", password=PASSWORD)


def test_the_only_enabled_admin_stays(admin: User, viewer: User, at: datetime) -> None:
    moves: tuple[Callable[[], object], ...] = (
        lambda: people.disable(admin, by=admin, at=at),
        lambda: people.give_roles(admin, roles=[], by=admin, at=at),
    )
    for move in moves:
        with pytest.raises(Refused) as refusal:
            move()
        assert refusal.value.code == "last_admin"
    people.give_roles(viewer, roles=[Role.ADMIN], by=admin, at=at)
    people.disable(admin, by=viewer, at=at)
    with pytest.raises(Refused):
        people.disable(viewer, by=viewer, at=at)


def test_the_history_shows_old_and_new_roles(admin: User, viewer: User, at: datetime) -> None:
    people.give_roles(viewer, roles=[Role.APPROVER, Role.VIEWER], by=admin, at=at)
    people.give_roles(viewer, roles=[Role.VIEWER, Role.APPROVER], by=admin, at=at)
    (change,) = PersonChange.objects.all()
    assert change.fields == {"roles": ["viewer", "viewer, approver"]}
    assert change.by_name == "Admin"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM accounts_user",
        "DELETE FROM accounts_personchange",
        "UPDATE accounts_personchange SET by_name = 'Somebody else'",
    ],
)
def test_the_database_refuses(admin: User, viewer: User, at: datetime, statement: str) -> None:
    people.give_roles(viewer, roles=[], by=admin, at=at)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert User.objects.count() == 2


@pytest.mark.django_db
def test_create_admin(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    known = {"username": "first", "email": "first@example.org", "name": "First", "initials": "fi"}
    monkeypatch.setenv("COUNTERSIGN_ADMIN_PASSWORD", "short")
    with pytest.raises(CommandError, match="password"):
        call_command("create_admin", **known)
    monkeypatch.setenv("COUNTERSIGN_ADMIN_PASSWORD", "nine lives and a mast")
    call_command("create_admin", **known)
    first = User.objects.get()
    assert first.roles == [Role.ADMIN]
    assert not first.is_superuser
    assert Client().login(username="first", password="nine lives and a mast")
