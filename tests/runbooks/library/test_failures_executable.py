"""A lock follows what acts: neither a blank line nor another title walks round it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from lib.refusals import Invalid, Refused
from runbooks.library import failures, revisions
from runbooks.library.revisions import UnreadableText
from runbooks.machine.moves.run import Abort
from runbooks.models import Revision, Runbook
from tests.factories.runs import Play, cast, play
from tests.runbooks.texts import text

TEXT = text(
    "Look\nrecord: {rows: {type: number}}",
    "Write\nwait: {expect: restoring, cancel: press Ctrl-C}\ncountersign: before",
)
WRITE = 1


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return cast()


@pytest.fixture
def failed(people: dict[str, User], at: datetime) -> Play:
    """A live run that went to the wrong target at its second step."""
    game = play(TEXT, at, people=people)
    game.tick(0, rows="1")
    game.move(Abort, reason="It was the standby.", deviation="wrong-target")
    return game


def saved(game: Play, source: bytes, *, new: bool = False) -> Revision:
    runbook = None if new else game.run.revision.runbook
    return revisions.save(source=source, by=game.people["author"], at=game.at, runbook=runbook)


def approved(game: Play, revision: Revision, reason: str = "") -> Revision:
    waived = [code for code, _ in revision.procedure["waive"]]
    return revisions.approve(
        revision,
        by=game.people["approver"],
        at=game.at,
        waivers_seen=waived,
        reason=reason,
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda source: source + b"\n",
        lambda source: source.replace(b"] Write", b"] WRITE it"),
        lambda source: source.replace(b"press Ctrl-C", b"press Ctrl-C twice"),
    ],
)
def test_a_blank_line_or_other_words_leave_it_locked(failed: Play, change) -> None:
    kept = failed.run.revision
    later = approved(failed, saved(failed, change(bytes(kept.source))), reason="Better words.")
    assert later.acts == kept.acts != ""
    assert failures.lock(later) is not None
    (tie,) = failures.ties(later)
    assert tie.same
    assert "acts the same as a locked procedure" in tie.sentence
    assert f"run {failed.run.pk}" in tie.sentence
    with pytest.raises(Refused, match="locked for live use"):
        failures.check(later)


def test_the_same_text_as_another_runbook_is_locked(failed: Play) -> None:
    source = bytes(failed.run.revision.source).replace(b"title: Tried", b"title: Quite another")
    other = approved(failed, saved(failed, source, new=True))
    assert other.runbook != failed.run.revision.runbook
    assert failures.lock(other) is not None


SH = (
    b"---\ntitle: %s\n---\n\n- [ ] Look\n\n  ```sh\n  look\n  ```\n"
    b"\n- [ ] Write\n\n  ```sh\n  %s\n  ```\n"
)


@pytest.fixture
def written(people: dict[str, User], at: datetime) -> Play:
    """A live run that went to the wrong target at a command, its second."""
    game = play(SH % (b"Tried", b"write it"), at, people=people)
    game.tick(0)
    game.move(Abort, reason="It was the standby.", deviation="wrong-target")
    return game


@pytest.mark.parametrize(
    "change",
    [
        lambda source: source.replace(b"- [ ] Write", b"- [ ] Take a breath\n\n- [ ] Write"),
        lambda source: source.replace(b"  look\n", b"  look  # as before\n"),
        lambda source: source + b"\n- [ ] Say so\n\n  ```sh\n  say\n  ```\n",
        lambda source: source.replace(b"---\n\n", b"parameters:\n  x: {type: text}\n---\n\n"),
    ],
)
def test_another_title_and_the_same_way_to_the_failed_step_is_locked(written: Play, change) -> None:
    source = change(bytes(written.run.revision.source)).replace(b"Tried", b"Quite another")
    other = approved(written, saved(written, source, new=True))
    (tie,) = failures.ties(other)
    assert tie.same
    assert failures.lock(other) is not None


def test_the_failed_step_on_another_way_is_told_and_asks_for_a_reason(written: Play) -> None:
    source = bytes(written.run.revision.source).replace(b"  look\n", b"  look twice\n")
    other = saved(written, source.replace(b"Tried", b"Quite another"), new=True)
    (tie,) = failures.ties(other)
    assert (tie.same, tie.changed, tie.lifted, tie.step) == (False, False, False, "2")
    sentence = f"Step 2 acts the same as the step that failed in run {written.run.pk}"
    assert sentence in tie.sentence
    with pytest.raises(Invalid, match="Say why it will not go wrong again"):
        approved(written, other)
    other = approved(written, other, reason="It looks twice.")
    assert failures.lock(other) is None


def test_another_failed_step_in_another_runbook_is_free(written: Play) -> None:
    other = saved(written, SH % (b"Quite another", b"write that"), new=True)
    assert failures.ties(other) == ()


def test_a_comment_at_the_failed_step_is_no_change(written: Play) -> None:
    source = bytes(written.run.revision.source).replace(b"write it", b"write it  # the server")
    later = approved(written, saved(written, source), reason="A comment.")
    (tie,) = failures.ties(later)
    assert tie.same
    assert failures.lock(later) is not None


def test_another_step_changed_is_not_enough(failed: Play) -> None:
    source = bytes(failed.run.revision.source)
    later = saved(failed, source.replace(b"type: number}", b"type: number, equals: 1}"))
    later = approved(failed, later, reason="The number is compared now.")
    assert later.acts != failed.run.revision.acts
    (tie,) = failures.ties(later)
    assert (tie.same, tie.changed, tie.lifted) == (False, False, False)
    assert failures.lock(later) is not None


def test_the_failed_step_changed_and_the_approver_says_why(failed: Play, client: Client) -> None:
    source = bytes(failed.run.revision.source)
    later = saved(failed, source.replace(b"expect: restoring", b"expect: restoring ledger"))
    client.force_login(failed.people["approver"])
    place = [later.runbook.slug, later.number]
    page = client.get(reverse("runbooks:revision_detail", args=place)).content.decode()
    assert 'name="reason"' in page
    address = reverse("runbooks:revision_approve", args=place)
    seen = [code for code, _ in later.procedure["waive"]]
    refused = client.post(address, {"waivers_seen": seen})
    assert refused.status_code == 422
    assert "Say why it will not go wrong again" in refused.content.decode()
    sent = {"waivers_seen": seen, "reason": "It waits for the name now."}
    assert client.post(address, sent).status_code == 303
    later.refresh_from_db()
    assert failures.lock(later) is None
    body = client.get(reverse("api:revision_detail", args=place)).json()
    assert body["approval_reason"] == "It waits for the name now."


def test_titles_are_one_in_any_letters(failed: Play) -> None:
    for title in ("TRIED", "  tried ", "Tri\u200bed", "Ｔried"):
        source = TEXT.replace(b"title: Tried", f"title: '{title}'".encode())
        with pytest.raises(UnreadableText, match="already called “Tried”"):
            saved(failed, source, new=True)
    with pytest.raises(UnreadableText, match="No letter can be seen"):
        saved(failed, TEXT.replace(b"title: Tried", "title: '\u3164'".encode()), new=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Runbook.objects.create(slug="tried-too", title="TRIED", title_key="tried")


def test_the_approver_is_told_before(failed: Play, client: Client) -> None:
    later = saved(failed, bytes(failed.run.revision.source) + b"\n")
    client.force_login(failed.people["approver"])
    place = [later.runbook.slug, later.number]
    page = client.get(reverse("runbooks:revision_detail", args=place)).content.decode()
    assert "acts the same as a locked procedure" in page
    assert f"Look at run {failed.run.pk}" in page
    (tie,) = client.get(reverse("api:revision_detail", args=place)).json()["ties"]
    assert (tie["same"], tie["changed"], tie["lifted"]) == (True, False, False)


def test_the_lock_of_another_runbook_leads_to_where_it_is_waived(
    failed: Play, client: Client
) -> None:
    source = bytes(failed.run.revision.source).replace(b"title: Tried", b"title: Quite another")
    other = approved(failed, saved(failed, source, new=True))
    client.force_login(failed.people["approver"])
    page = client.get(reverse("runbooks:revision_detail", args=[other.runbook.slug, other.number]))
    kept = failed.run.revision
    where = reverse("runbooks:revision_detail", args=[kept.runbook.slug, kept.number])
    assert f'href="{where}"' in page.content.decode()
