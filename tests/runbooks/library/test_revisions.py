"""The verbs of the library: what is kept, what is refused, and what nobody can change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.enums import Role
from accounts.models import User
from lib.refusals import Invalid, Refused
from runbooks.library import queries, reading, revisions
from runbooks.models import Revision, Runbook
from runbooks.procedure.serialization import from_json
from tests.factories import inventory
from tests.factories.library import PLAIN, approved, kept
from tests.factories.people import person

BYTES = [
    PLAIN,
    PLAIN.replace(b"\n", b"\r\n"),
    b"\xef\xbb\xbf" + PLAIN,
    PLAIN.rstrip(b"\n"),
    PLAIN.replace(b"\n", b"\r\n", 3) + b"\n\n \t\n",
    PLAIN + "\nGrüße — 水 \u2028 \U0001f33f".encode(),
]


def _refused(code: str, move: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refusal:
        move()
    assert refusal.value.code == code
    assert refusal.value.sentence
    assert refusal.value.remedy
    return refusal.value


@pytest.mark.parametrize("source", BYTES)
def test_the_source_is_kept_byte_for_byte(source: bytes, author: User, at: datetime) -> None:
    revision = Revision.objects.get(pk=kept(author, at, source).pk)
    assert bytes(revision.source) == source
    assert revision.sha256 == hashlib.sha256(source).hexdigest()
    assert [s.title for s in from_json(revision.procedure).steps] == [
        "Fill the can",
        "Water each pot",
    ]


def test_revisions_are_numbered_and_the_runbook_follows_the_newest(
    author: User, at: datetime
) -> None:
    first = kept(author, at)
    ledger = inventory.system(person("keeper", "kp", Role.RESPONDER), at)
    text = PLAIN.replace(b"Water the plants", b"Water the garden").replace(
        b"\n---\n\n", b"\nsystem: LEDGER\n---\n\n"
    )
    second = kept(author, at, text, runbook=first.runbook, seen=1, summary="  A  garden ")
    assert (first.number, second.number) == (1, 2)
    assert second.summary == "A garden"
    runbook = Runbook.objects.get()
    assert (runbook.title, runbook.slug) == ("Water the garden", "water-the-plants")
    assert runbook.system == ledger
    assert Revision.objects.get(number=1).sha256 == hashlib.sha256(PLAIN).hexdigest()


def test_a_text_with_errors_is_not_kept_and_says_where(author: User, at: datetime) -> None:
    source = PLAIN + b"\n  ```guard\n  overwrites: x\n  ```\n"
    with pytest.raises(revisions.UnreadableText) as unreadable:
        kept(author, at, source)
    assert any(f.line == 10 for f in unreadable.value.findings)
    assert "Nothing was saved" in unreadable.value.errors["source"]
    assert not Runbook.objects.exists()


def test_the_same_bytes_are_not_kept_twice(author: User, at: datetime) -> None:
    first = kept(author, at)
    _refused("unchanged", lambda: kept(author, at, runbook=first.runbook, seen=1))
    kept(author, at, PLAIN + b"\n", runbook=first.runbook, seen=1)
    assert kept(author, at, runbook=first.runbook, seen=2).number == 3


def test_the_second_of_two_writers_is_told(author: User, at: datetime) -> None:
    other = person("other", "ot", Role.AUTHOR)
    first = kept(author, at)
    kept(other, at, PLAIN + b"theirs\n", runbook=first.runbook, seen=1)
    refusal = _refused(
        "changed_meanwhile",
        lambda: kept(author, at, PLAIN + b"mine\n", runbook=first.runbook, seen=1),
    )
    assert "Other saved revision 2" in refusal.sentence
    assert Revision.objects.count() == 2
    assert kept(author, at, PLAIN + b"mine\n", runbook=first.runbook, seen=2).number == 3


def test_a_title_is_taken_once(author: User, at: datetime) -> None:
    first = kept(author, at)
    with pytest.raises(revisions.UnreadableText) as unreadable:
        kept(author, at, PLAIN + b"\nMore.\n")
    [finding] = unreadable.value.findings
    assert (finding.code, finding.line) == ("library.title", 2)
    assert kept(author, at, PLAIN + b"\nMore.\n", runbook=first.runbook, seen=1).number == 2


def test_an_unknown_system_gets_a_suggestion(author: User, at: datetime) -> None:
    inventory.system(person("keeper", "kp", Role.RESPONDER), at)
    text = PLAIN.replace(b"\n---\n\n", b"\nsystem: legder\n---\n\n")
    with pytest.raises(revisions.UnreadableText) as unreadable:
        kept(author, at, text)
    [finding] = unreadable.value.findings
    assert (finding.code, finding.line) == ("library.system", 3)
    assert finding.suggestion == "Did you mean `ledger`?"


@pytest.mark.parametrize("title", ["New", "upload", "Preview", "水やり", "x" * 190])
def test_addresses_never_clash(title: str, author: User, at: datetime) -> None:
    slugs = {
        kept(author, at, f"# {title}{tail}\n\n- [ ] Go\n".encode()).runbook.slug
        for tail in ("", "!", "?")
    }
    assert len(slugs) == 3
    assert not slugs & revisions.RESERVED_SLUGS
    assert all(0 < len(slug) <= 120 for slug in slugs)


def test_a_long_summary_is_refused_with_its_length(author: User, at: datetime) -> None:
    with pytest.raises(Invalid) as invalid:
        kept(author, at, summary="x" * 201)
    assert "201" in invalid.value.errors["summary"]


def test_only_authors_save(approver: User, operator: User, at: datetime) -> None:
    for someone in (approver, operator):
        _refused("no_right", partial(kept, someone, at))


def test_another_person_approves(author: User, approver: User, at: datetime) -> None:
    revision = kept(author, at)
    later = at + timedelta(hours=1)
    assert revision.runbook.revisions.approved().newest() is None
    revisions.approve(revision, by=approver, at=later)
    revision.refresh_from_db()
    assert (revision.approved_by, revision.approved_at) == (approver, later)
    assert revision.runbook.revisions.approved().newest() == revision
    _refused("approved_already", lambda: revisions.approve(revision, by=approver, at=later))


def test_nobody_approves_their_own_text(at: datetime, author: User) -> None:
    both = person("both", "bo", Role.AUTHOR, Role.APPROVER)
    revision = kept(both, at)
    _refused("own_text", lambda: revisions.approve(revision, by=both, at=at))
    _refused("no_right", lambda: revisions.approve(revision, by=author, at=at))
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(approved_at=at, approved_by=both)


@pytest.mark.parametrize(
    "change",
    ["source = 'x'", "sha256 = 'x'", "procedure = '{}'", "number = 7", "summary = 'x'"],
)
def test_the_database_refuses_to_change_a_revision(change: str, author: User, at: datetime) -> None:
    revision = kept(author, at)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(
            f"UPDATE runbooks_revision SET {change} WHERE id = %s", [revision.pk]
        )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute("DELETE FROM runbooks_revision WHERE id = %s", [revision.pk])


def test_an_archived_runbook_takes_no_text(author: User, approver: User, at: datetime) -> None:
    revision = kept(author, at)
    runbook = revisions.archive(revision.runbook, by=approver, at=at)
    _refused("archived", lambda: kept(author, at, PLAIN + b"\n", runbook=runbook, seen=1))
    _refused("archived", lambda: revisions.approve(revision, by=approver, at=at))
    _refused("archived", lambda: revisions.archive(runbook, by=approver, at=at))
    revisions.unarchive(runbook, by=approver, at=at)
    _refused("not_archived", lambda: revisions.unarchive(runbook, by=approver, at=at))
    assert revisions.approve(revision, by=approver, at=at).approved_by == approver


def test_the_newest_approved_revision_counts(author: User, approver: User, at: datetime) -> None:
    first = approved(author, approver, at)
    second = kept(author, at, PLAIN + b"\n- [ ] Rest\n", runbook=first.runbook, seen=1)
    [row] = queries.overview()
    assert (row.approved, row.newest, row.counts) == (first, second, first)
    assert row.awaits_approval
    assert _steps(row) == 2
    revisions.approve(second, by=approver, at=at)
    [row] = queries.overview()
    assert not row.awaits_approval
    assert _steps(row) == 3


def _steps(row: queries.ListedRunbook) -> object:
    return getattr(row.counts, "steps", None)  # annotated by the query


def test_reading_never_raises(db: None) -> None:
    for source in (b"", b"\xff\xfe", b"\0", b"---\n", b"[" * 5000, b"x" * 200_000):
        reading.read(source)
