"""Who gets in, with what, how often, and in which words the rest is turned away."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from accounts import people, tokens
from accounts.enums import Role, Scope
from accounts.models import User
from tests.factories.people import person
from tests.factories.tokens import program, token

ME = "/api/v1/me/"


def refusal(answer: Any) -> dict[str, Any]:
    body = answer.json()
    assert all(body[name] for name in ("code", "sentence", "remedy"))
    return dict(body)


def test_me(operator: User) -> None:
    body = program(operator, Scope.READ).get(ME).json()
    assert (body["name"], body["rights"]) == ("Operator", ["view"])
    assert body["token"]["scopes"] == ["read"]


@pytest.mark.parametrize(
    "header", [None, "Basic eDp5", "Bearer", "Bearer nonsense", "Bearer cst_" + "0" * 12]
)
@pytest.mark.django_db
def test_without_a_token_the_answer_is_401_and_no_redirect(header: str | None) -> None:
    answer = Client().get(ME, headers={"authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert refusal(answer)["code"] == "not_signed_in"
    assert "sessionid" not in answer.cookies


def test_a_disabled_owner_is_401_and_an_outsider_403(
    operator: User, outsider: User, admin: User, at
) -> None:
    door = program(operator)
    people.disable(operator, by=admin, at=at)
    assert door.get(ME).status_code == 401
    with pytest.raises(Exception, match="may not"):
        token(outsider)


def test_a_token_outlives_the_role_and_then_opens_nothing(operator: User, admin: User, at) -> None:
    door = program(operator)
    people.give_roles(operator, roles=[], by=admin, at=at)
    answer = door.get(ME)
    assert answer.status_code == 403
    assert refusal(answer)["code"] == "no_right"


def test_a_wrong_token_is_not_saved_by_a_session(signed_in, operator: User) -> None:
    answer = signed_in(operator).get(ME, headers={"authorization": "Bearer nonsense"})
    assert answer.status_code == 401


def test_a_token_needs_no_csrf_token_and_a_session_does(admin: User, viewer: User) -> None:
    address = reverse("api:person_disable", args=[viewer.pk])
    door = Client(enforce_csrf_checks=True)
    door.force_login(admin)
    assert door.post(address).status_code == 403
    bearer = {"authorization": f"Bearer {token(admin).text}"}
    assert Client(enforce_csrf_checks=True).post(address, headers=bearer).status_code == 200


def test_a_token_request_reads_no_session_and_three_rows(
    operator: User, django_assert_num_queries
) -> None:
    door = program(operator)
    door.get(ME)
    with django_assert_num_queries(3):  # the token, its owner with their rights, groups
        door.get(ME)


def test_a_reading_token_changes_nothing(admin: User, viewer: User) -> None:
    answer = program(admin, Scope.READ).post(reverse("api:person_disable", args=[viewer.pk]))
    assert (answer.status_code, refusal(answer)["code"]) == (403, "token_scope")
    answer = program(admin, Scope.RUN).post(reverse("api:person_disable", args=[viewer.pk]))
    assert (answer.status_code, refusal(answer)["code"]) == (403, "token_scope")
    assert "“admin”" in refusal(answer)["remedy"]


@pytest.mark.parametrize(
    ("status", "code", "sent"),
    [
        (400, "unreadable", {"data": b"{", "content_type": "application/json"}),
        (400, "unreadable", {"data": b"[" * 100_000, "content_type": "application/json"}),
        (400, "unreadable", {"data": b'{"a": "\xff"}', "content_type": "application/json"}),
        (400, "unreadable", {"data": b'{"a": NaN}', "content_type": "application/json"}),
        (413, "too_big", {"data": b" " * 3_000_000, "content_type": "application/json"}),
        (415, "media_type", {"data": b"name=x", "content_type": "text/plain"}),
        (422, "invalid", {"data": b"[]", "content_type": "application/json"}),
        (422, "invalid", {"data": b'{"nick": 1}', "content_type": "application/json"}),
    ],
)
def test_bodies_that_cannot_be_read(status: int, code: str, sent: Any, admin: User) -> None:
    answer = program(admin).post(reverse("api:person_list"), **sent)
    assert (answer.status_code, refusal(answer)["code"]) == (status, code)


def test_an_unknown_field_is_named(admin: User, viewer: User) -> None:
    body = json.dumps({"roles": [], "role": "admin"})
    address = reverse("api:person_roles", args=[viewer.pk])
    answer = program(admin).put(address, body, content_type="application/json")
    assert answer.status_code == 422
    assert list(refusal(answer)["errors"]) == ["role"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "page=2"])
def test_a_query_that_says_nothing_is_refused(query: str, viewer: User) -> None:
    assert program(viewer).get(f"/api/v1/people/?{query}").status_code == 422


def test_pages_follow_one_another(viewer: User) -> None:
    for number in range(5):
        person(f"p{number}", f"{number}", Role.VIEWER)
    door, path, seen = program(viewer), "/api/v1/people/?limit=2", []
    while path:
        page = door.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"]
    assert seen == sorted(User.objects.values_list("pk", flat=True))


def test_other_answers_keep_the_shape(viewer: User) -> None:
    door = program(viewer)
    nowhere = ("/api/v1/nothing/", "/api/v1/a%0Ab/", "/api/v1/people")
    for path, status in ((place, 404) for place in (*nowhere, "/api/v1/people/0/")):
        assert (door.get(path).status_code, refusal(door.get(path))["code"]) == (
            status,
            "not_found",
        )
    answer = door.delete(ME)
    assert (answer.status_code, refusal(answer)["code"]) == (405, "method")
    assert Client().get("/api/v1/nothing/").status_code == 401


def test_each_token_and_each_address_has_its_limit(settings, viewer: User) -> None:
    settings.API_READS_PER_MINUTE = settings.API_STRANGERS_PER_MINUTE = 3
    door, other = program(viewer), program(viewer)
    assert [door.get(ME).status_code for _ in range(4)][:3] == [200, 200, 200]
    answer = door.get(ME)
    assert answer.status_code == 429 or door.get(ME).status_code == 429
    assert other.get(ME).status_code == 200
    strangers = [Client().get(ME) for _ in range(7)]
    assert 429 in [answer.status_code for answer in strangers]
    assert 1 <= int(strangers[-1]["Retry-After"]) <= 61


def test_counters_that_do_not_answer_stop_nobody(monkeypatch, viewer: User) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("no Redis")

    monkeypatch.setattr(type(caches["throttle"]), "add", broken)
    assert program(viewer).get(ME).status_code == 200


def test_a_revoked_token_is_told_so(viewer: User, at) -> None:
    issued = token(viewer)
    tokens.revoke(issued.token, by=viewer, at=at)
    answer = Client().get(ME, headers={"authorization": f"Bearer {issued.text}"})
    assert "was revoked" in refusal(answer)["sentence"]
