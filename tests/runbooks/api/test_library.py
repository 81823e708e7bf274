"""Runbooks by API: read, keep, approve, compare, put away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.enums import Scope
from accounts.models import User
from runbooks.library import revisions
from runbooks.models import Revision, Runbook
from tests.factories.library import PLAIN, approved, kept
from tests.factories.tokens import program

TEXT = PLAIN.decode()
BAD = "---\ntitle: [\n---\n\n- [ ] Do it\n"
AT = "/api/v1/runbooks/water-the-plants/"
Door = Callable[[str], Client]


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    caches["throttle"].clear()
    yield
    caches["throttle"].clear()


@pytest.fixture
def door(author: User, approver: User, viewer: User) -> Door:
    people = {"author": author, "approver": approver, "viewer": viewer}
    made = {name: program(person, Scope.AUTHOR) for name, person in people.items()}
    return made.__getitem__


def post(client: Client, path: str, body: Any, kind: str = "application/json") -> Any:
    return client.post(path, body, content_type=kind)


def test_lint_reads_and_saves_nothing(door: Door) -> None:
    good = post(door("author"), "/api/v1/lint/", {"source": TEXT}).json()
    assert good["procedure"]["title"] == "Water the plants"
    assert [step["title"] for step in good["procedure"]["steps"]] == [
        "Fill the can",
        "Water each pot",
    ]
    bad = post(door("author"), "/api/v1/lint/", {"source": BAD}).json()
    assert bad["procedure"] is None
    first = bad["findings"][0]
    assert (first["level"], first["line"]) == ("error", 3)
    assert first["code"].startswith("syntax.")
    assert first["sentence"]
    assert not Runbook.objects.exists()


def test_lint_reads_against_the_house(door: Door, author: User, at: datetime) -> None:
    kept(author, at)
    text = TEXT.replace("---\n\n", "system: nowhere\n---\n\n")
    findings = post(door("author"), "/api/v1/lint/", {"source": text}).json()["findings"]
    assert {finding["code"] for finding in findings} >= {"library.title", "library.system"}
    own = {"source": TEXT, "runbook": "water-the-plants"}
    assert post(door("author"), "/api/v1/lint/", own).json()["findings"] == []
    other = {"source": TEXT, "runbook": "no-such"}
    assert post(door("author"), "/api/v1/lint/", other).status_code == 422


def test_who_may_not_write_lints_and_saves_nothing(door: Door) -> None:
    for path in ("/api/v1/lint/", "/api/v1/runbooks/"):
        answer = post(door("viewer"), path, {"source": TEXT})
        assert (answer.status_code, answer.json()["code"]) == (403, "no_right")


def test_a_text_is_kept_and_comes_back_byte_for_byte(door: Door) -> None:
    text = b"\xef\xbb\xbf" + PLAIN.replace(b"\n", b"\r\n")
    made = post(door("author"), "/api/v1/runbooks/?summary=First.", text, "text/markdown")
    assert made.status_code == 201, made.content
    assert made["Location"] == f"{AT}revisions/1/"
    assert made.json()["summary"] == "First."
    answer = door("viewer").get(made.json()["source_url"])
    assert answer.content == text
    digest = hashlib.sha256(text).hexdigest()
    assert answer["ETag"] == f'"{digest}"'
    assert made.json()["sha256"] == digest
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    unchanged = door("viewer").get(
        made.json()["source_url"], headers={"If-None-Match": answer["ETag"]}
    )
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.parametrize("source", [BAD.encode(), b"\xff\xfe", b"- [ ] a\0b\n", b"x" * 600_000])
def test_a_text_with_errors_is_answered_with_all_of_them(door: Door, source: bytes) -> None:
    answer = post(door("author"), "/api/v1/runbooks/", source, "text/markdown")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["findings"]
    assert "source" in answer.json()["errors"]
    assert not Revision.objects.exists()


@pytest.mark.parametrize("source", ["", None, 5, ["a"], "a\0b", "a\ud800b"])
def test_a_source_that_is_no_text_is_refused(door: Door, source: Any) -> None:
    answer = post(door("author"), "/api/v1/runbooks/", {"source": source})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["source"])
    assert post(door("author"), "/api/v1/runbooks/", b"", "text/markdown").status_code == 422


def test_the_next_revision_starts_from_the_newest(door: Door, author: User, at: datetime) -> None:
    kept(author, at)
    path = f"{AT}revisions/"
    for number in (2, 3):
        text = TEXT + "\n- [ ] More\n" * number
        answer = post(door("author"), path, {"source": text, "seen": number - 1})
        assert (answer.status_code, answer.json()["number"]) == (201, number)
    late = post(door("author"), path, {"source": TEXT + "\n- [ ] Late\n", "seen": 1})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert late.json()["state"]["newest"] == 3
    same = post(door("author"), path, text.encode(), "text/markdown")
    assert (same.status_code, list(same.json()["errors"])) == (422, ["seen"])
    same = post(door("author"), f"{path}?seen=3", text.encode(), "text/markdown")
    assert (same.status_code, same.json()["code"]) == (409, "unchanged")
    listed = door("viewer").get(path).json()["results"]
    assert [(revision["number"], revision["steps"]) for revision in listed] == [
        (3, 5),
        (2, 4),
        (1, 2),
    ]


def test_approval_is_for_another_person(door: Door, author: User, at: datetime) -> None:
    kept(author, at)
    path = f"{AT}revisions/1/approve/"
    refused = post(door("author"), path, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "no_right")
    answer = post(door("approver"), path, b"", "")
    assert answer.json()["approved_by"]["name"] == "Approver"
    again = post(door("approver"), path, {"waivers_seen": []})
    assert (again.status_code, again.json()["code"]) == (409, "approved_already")
    assert again.json()["state"]["approved"] == 1


def test_the_list_tells_what_counts(
    door: Door, author: User, approver: User, at: datetime, django_assert_max_num_queries: Any
) -> None:
    first = approved(author, approver, at)
    revisions.save(
        source=PLAIN + b"\n- [ ] More\n", by=author, at=at, runbook=first.runbook, seen=1
    )
    kept(author, at, PLAIN.replace(b"Water the plants", b"Feed the cat"))
    client = door("viewer")
    client.get("/api/v1/runbooks/")
    with django_assert_max_num_queries(12):
        rows = client.get("/api/v1/runbooks/").json()["results"]
    assert [(runbook["slug"], runbook["newest"], runbook["approved"]) for runbook in rows] == [
        ("water-the-plants", 2, 1),
        ("feed-the-cat", 1, None),
    ]

    def slugs(**query: str) -> list[str]:
        return [
            runbook["slug"] for runbook in client.get("/api/v1/runbooks/", query).json()["results"]
        ]

    assert slugs(approved="true") == ["water-the-plants"]
    assert slugs(approved="false") == ["feed-the-cat"]
    assert slugs(archived="true") == []
    assert slugs(limit="1") == ["water-the-plants"]
    assert client.get(AT).json()["revision"]["number"] == 1


def test_a_runbook_is_put_away_and_taken_back(door: Door, author: User, approver: User, at) -> None:
    approved(author, approver, at)
    assert door("approver").post(f"{AT}archive/").json()["archived_at"]
    again = door("approver").post(f"{AT}archive/")
    assert (again.status_code, again.json()["code"]) == (409, "archived")
    assert door("viewer").get("/api/v1/runbooks/").json()["results"] == []
    assert door("approver").post(f"{AT}unarchive/").json()["archived_at"] is None


def test_what_changed_between_two(door: Door, author: User, at: datetime) -> None:
    first = kept(author, at)
    revisions.save(
        source=PLAIN.replace(b"each pot", b"every pot"), by=author, at=at, runbook=first.runbook,
        seen=1,
    )  # fmt: skip
    body = door("viewer").get(f"{AT}revisions/1..2/").json()
    assert (body["added"], body["removed"]) == (1, 1)
    changed = [(row["kind"], row["text"]) for row in body["rows"] if row["kind"] != "same"]
    assert ("added", "- [ ] Water every pot") in changed


def test_what_there_is_not(door: Door, author: User, at: datetime) -> None:
    kept(author, at)
    for path in ("/api/v1/runbooks/no/", f"{AT}revisions/2/", f"{AT}revisions/1..2/",
                 f"{AT}revisions/2/source/", f"{AT}revisions/{10**30}/"):  # fmt: skip
        answer = door("viewer").get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_running_token_writes_no_runbook(author: User) -> None:
    answer = post(program(author, Scope.RUN), "/api/v1/runbooks/", {"source": TEXT})
    assert (answer.status_code, answer.json()["code"]) == (403, "token_scope")
