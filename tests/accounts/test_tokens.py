"""Tokens: what is kept of them, what they open, and when they stop."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import access, people, tokens
from accounts.enums import RIGHTS, SCOPES, Right, Role, Scope
from accounts.models import PersonChange, Token, User
from lib.refusals import Invalid, Refused
from tests.factories.people import person
from tests.factories.tokens import token

MINUTE = timedelta(minutes=1)


def test_only_a_digest_is_kept(operator: User, at: datetime) -> None:
    issued = token(operator, Scope.RUN, at=at)
    prefix, secret = issued.text.removeprefix("cst_").split("_", 1)
    row = Token.objects.values().get()
    assert row["prefix"] == prefix
    assert len(secret) == 43
    assert secret not in str(row)
    line = PersonChange.objects.get()
    assert (line.person, line.verb) == (operator, "issued a token")
    assert line.fields == {"token": ["", "a test (run)"]}


def test_a_token_opens_the_door_with_two_queries(
    operator: User, at: datetime, django_assert_num_queries
) -> None:
    text = token(operator, Scope.READ, at=at).text
    tokens.admit(text, at=at)
    with django_assert_num_queries(2):
        admitted = tokens.admit(text, at=at + MINUTE / 2)
        assert admitted.owner == operator
        assert admitted.owner.narrowed_to == frozenset({Right.VIEW})


def test_the_last_use_is_written_once_a_minute(operator: User, at: datetime) -> None:
    issued = token(operator, at=at)
    uses = []
    for later in (timedelta(0), MINUTE / 2, MINUTE, 3 * MINUTE / 2):
        tokens.admit(issued.text, at=at + later)
        issued.token.refresh_from_db()
        uses.append(issued.token.used_at)
    assert uses == [at, at, at + MINUTE, at + MINUTE]


@pytest.mark.parametrize("text", ["", "cst_", "x" * 60, "cst_" + "0" * 12 + "_" + "A" * 43, "ä"])
@pytest.mark.django_db
def test_what_is_no_token_opens_nothing(text: str, at: datetime) -> None:
    with pytest.raises(tokens.NotAdmitted, match="not known"):
        tokens.admit(text, at=at)


def test_a_wrong_secret_tells_nothing_of_the_token(operator: User, at: datetime) -> None:
    issued = token(operator, at=at)
    tokens.revoke(issued.token, by=operator, at=at)
    with pytest.raises(tokens.NotAdmitted, match="not known"):
        tokens.admit(issued.text[:-1] + ("A" if issued.text[-1] != "A" else "B"), at=at)


def test_it_stops_when_it_is_revoked_expires_or_its_owner_is_disabled(
    operator: User, admin: User, at: datetime
) -> None:
    revoked, old, kept = (token(operator, at=at, days=days) for days in (30, 1, 30))
    tokens.revoke(revoked.token, by=operator, at=at)
    with pytest.raises(tokens.NotAdmitted, match="was revoked"):
        tokens.admit(revoked.text, at=at)
    tokens.admit(old.text, at=at + timedelta(hours=23))
    with pytest.raises(tokens.NotAdmitted, match="expired on 2026-03-05"):
        tokens.admit(old.text, at=at + timedelta(days=1))
    people.disable(operator, by=admin, at=at)
    with pytest.raises(tokens.NotAdmitted, match="disabled"):
        tokens.admit(kept.text, at=at)


@pytest.mark.parametrize("scope", Scope)
def test_a_token_may_what_its_owner_and_its_scope_allow(scope: Scope, at: datetime, db) -> None:
    for role in Role:
        owner = person(role.value, role.value[:4], role)
        narrowed = tokens.admit(token(owner, scope, at=at).text, at=at).owner
        allowed = {right for right in Right if access.may(narrowed, right)}
        assert allowed == SCOPES[scope] & RIGHTS[role]


def test_the_refusal_names_the_scope_that_is_missing(operator: User, at: datetime) -> None:
    narrowed = tokens.admit(token(operator, Scope.READ, at=at).text, at=at).owner
    with pytest.raises(Refused) as refused:
        access.check(narrowed, Right.OPERATE)
    assert (refused.value.code, refused.value.status) == ("token_scope", 403)
    assert refused.value.remedy == "Use a token with the scope “run”."


def test_a_role_that_is_taken_away_is_taken_from_the_tokens_too(
    operator: User, admin: User, at: datetime
) -> None:
    text = token(operator, Scope.RUN, at=at).text
    people.give_roles(operator, roles=[Role.VIEWER], by=admin, at=at)
    narrowed = tokens.admit(text, at=at).owner
    assert not access.may(narrowed, Right.OPERATE)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 81}),
        ("name", {"name": "a\x00b"}),
        ("scopes", {"scopes": []}),
        ("expires_at", {"days": 0}),
        ("expires_at", {"days": 366}),
    ],
)
def test_what_cannot_be_issued(field: str, given, operator: User, at: datetime) -> None:
    facts = {"name": "x", "scopes": [Scope.READ], "days": 365} | given
    until = at + timedelta(days=facts.pop("days"))
    with pytest.raises(Invalid) as invalid:
        tokens.issue(**facts, expires_at=until, by=operator, at=at)
    assert set(invalid.value.errors) == {field}
    assert not Token.objects.exists()


def test_an_admin_revokes_anybodys_and_others_only_their_own(
    operator: User, verifier: User, admin: User, at: datetime
) -> None:
    issued = token(operator, at=at)
    with pytest.raises(Refused):
        tokens.revoke(issued.token, by=verifier, at=at)
    revoked = tokens.revoke(issued.token, by=admin, at=at)
    assert revoked.revoked_by == admin
    assert tokens.revoke(issued.token, by=operator, at=at + MINUTE).revoked_at == at
    assert PersonChange.objects.filter(verb="revoked a token").count() == 1


def test_the_page_shows_a_token_once(signed_in, operator: User) -> None:
    page, address = signed_in(operator), reverse("accounts:token_list")
    typed = {"name": "nightly", "scopes": ["read", "run"], "lasts": "30"}
    answer = page.post(address, typed)
    row = Token.objects.get()
    assert f"cst_{row.prefix}_" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    again = page.get(address).content.decode()
    assert f"cst_{row.prefix}_…" in again
    assert again.count(f"cst_{row.prefix}_") == 1
    assert row.scopes == "read run"


def test_the_page_keeps_what_was_typed(signed_in, operator: User) -> None:
    answer = signed_in(operator).post(reverse("accounts:token_list"), {"name": "half"})
    assert answer.status_code == 422
    assert 'value="half"' in answer.content.decode()
    assert answer.context["form"].errors == {
        "scopes": ["Tick at least one thing that it may do."],
        "lasts": ["Choose how long it lasts."],
    }
    answer = signed_in(operator).post(reverse("accounts:token_list"), {"scopes": "read"})
    assert "Write what the token is for." in answer.text


def test_revoking_by_page(signed_in, operator: User, admin: User, verifier: User) -> None:
    mine, theirs = token(operator), token(operator)
    address = reverse("accounts:token_revoke", args=[mine.token.pk])
    assert signed_in(verifier).post(address).status_code == 403
    assert signed_in(operator).post(address)["Location"] == reverse("accounts:token_list")
    person_page = reverse("accounts:person_detail", args=[operator.pk])
    assert f"cst_{theirs.token.prefix}_…" in signed_in(admin).get(person_page).content.decode()
    answer = signed_in(admin).post(reverse("accounts:token_revoke", args=[theirs.token.pk]))
    assert answer["Location"] == person_page
    assert Token.objects.filter(revoked_at__isnull=True).count() == 0


def test_a_stranger_sees_no_tokens(client: Client, db) -> None:
    assert client.get(reverse("accounts:token_list")).status_code == 302
