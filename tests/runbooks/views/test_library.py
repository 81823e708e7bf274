"""Pages of the library, as people with different roles get them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from runbooks.models import Revision
from tests.factories import inventory
from tests.factories.library import PLAIN, approved, kept
from tests.factories.people import person

SignIn = Callable[[User], Client]
GUARDED = b"""---
title: Swap the books
waive: {L05: "there is no room beside it"}
parameters:
  dump: {type: copy, label: What is read}
  target: {type: instance, label: What is replaced}
---

## First

- [ ] Swap <script>alert(1)</script> them

  > **Caution.** Sharp.

  ```sh
  swap <target.host>
  ```

  ```guard
  overwrite: {target: target, from: dump}
  countersign: before
  undo: back
  duration: {expected: 2m, max: 10m}
  ```

  - [x] Look twice

## Back {#back .aside}

- [ ] Swap back
"""


def _page(revision: Revision, name: str = "revision_detail") -> str:
    kwargs = {"slug": revision.runbook.slug, "number": revision.number}
    return reverse(f"runbooks:{name}", kwargs=kwargs)


def test_a_runbook_reads_like_its_run(
    author: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at, GUARDED)
    text = signed_in(viewer).get(f"/runbooks/{revision.runbook.slug}/").content.decode()
    assert "Countersigned before" in text
    assert "Way back: Back" in text
    assert "Takes about 2 min, at most 10 min" in text
    assert "&lt;target.host&gt;" in text
    assert "<script>alert" not in text
    assert "there is no room beside it" in text
    assert text.index("Swap ") < text.index("Look twice") < text.index("Only when needed")
    assert "syntax.ticked" in text  # beside its step


def test_buttons_are_drawn_for_those_who_may(
    author: User, approver: User, operator: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at)
    approve, start = _page(revision, "revision_approve"), _page(revision, "run_prepare")
    pages = {
        someone.username: signed_in(someone).get(_page(revision)).content.decode()
        for someone in (author, approver, operator, viewer)
    }
    assert [name for name, page in pages.items() if f'action="{approve}"' in page] == ["approver"]
    assert [name for name, page in pages.items() if start in page] == ["operator"]
    assert "Start live" not in pages["operator"]
    assert "did not write the text" in pages["author"]
    signed_in(approver).post(approve)
    assert "Start live" in signed_in(operator).get(_page(revision)).content.decode()


def test_approving_leads_back_to_the_runbook(
    author: User, approver: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at)
    browser = signed_in(approver)
    answer = browser.post(_page(revision, "revision_approve"))
    assert (answer.status_code, answer["Location"]) == (303, "/runbooks/water-the-plants/")
    again = browser.post(_page(revision, "revision_approve"))
    assert again.status_code == 409
    assert "was already approved, by Approver" in again.content.decode()
    assert browser.get(_page(revision, "revision_approve")).status_code == 405


def test_a_refused_approval_is_said_on_the_page(db: None, at: datetime, signed_in: SignIn) -> None:
    both = person("both", "bo", Role.AUTHOR, Role.APPROVER)
    answer = signed_in(both).post(_page(kept(both, at), "revision_approve"))
    assert answer.status_code == 409
    assert "nobody approves their own text" in answer.content.decode()


@pytest.mark.parametrize("source", [PLAIN, PLAIN.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + PLAIN])
def test_the_source_comes_back_byte_for_byte(
    source: bytes, author: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at, source)
    answer = signed_in(viewer).get(_page(revision, "revision_source"))
    assert answer.content == source
    assert answer["Content-Type"] == "text/markdown"
    assert answer["Content-Disposition"] == 'attachment; filename="water-the-plants-1.md"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_difference_is_told_in_words_too(
    author: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    first = kept(author, at)
    changed = PLAIN.replace(b"each pot", b"every <pot>")
    kept(author, at, changed, runbook=first.runbook, seen=1, summary="Every one")
    text = signed_in(viewer).get("/runbooks/water-the-plants/1..2/").content.decode()
    assert "1 line added, 1 removed" in text
    assert '<span class="visually-hidden">removed</span>' in text
    assert "<mark>every &lt;</mark>" in text.replace("</mark><mark>", "") or "&lt;" in text
    assert "<pot>" not in text
    assert signed_in(viewer).get("/runbooks/water-the-plants/1..9/").status_code == 404


def test_the_list_can_be_narrowed(
    author: User, approver: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    inventory.system(person("keeper", "kp", Role.RESPONDER), at)
    ledger = PLAIN.replace(b"Water the plants", b"Restore it\nsystem: ledger")
    approved(author, approver, at, ledger)
    kept(author, at)
    browser = signed_in(viewer)

    def shown(query: str) -> tuple[bool, bool]:
        text = browser.get(f"/runbooks/{query}").content.decode()
        return "Restore it" in text, "Water the plants" in text

    assert shown("") == (True, True)
    assert shown("?system=ledger") == (True, False)
    assert shown("?state=waiting") == (False, True)
    assert shown("?state=approved") == (True, False)
    assert shown("?state=archived") == (False, False)
    assert shown("?system=nothing%00&state=nonsense") == (True, True)


def test_archiving_is_for_approvers(
    author: User, approver: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at)
    assert signed_in(author).post("/runbooks/water-the-plants/archive/").status_code == 403
    assert signed_in(approver).post("/runbooks/water-the-plants/archive/").status_code == 303
    assert "ARCHIVED" in signed_in(approver).get(_page(revision)).content.decode()
    assert signed_in(approver).post("/runbooks/water-the-plants/unarchive/").status_code == 303


def test_the_list_asks_the_same_of_the_database_for_any_number(
    author: User,
    viewer: User,
    at: datetime,
    signed_in: SignIn,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    browser = signed_in(viewer)
    for n in range(12):
        first = kept(author, at, b"# Runbook %d\n\n- [ ] Go\n" % n)
        kept(author, at, b"# Runbook %d\n\n- [ ] Go\n\n" % n, runbook=first.runbook, seen=1)
    with django_assert_max_num_queries(8):
        assert browser.get("/runbooks/").content.decode().count('scope="row"') == 12


def test_a_runbook_with_many_revisions_costs_no_more(
    author: User,
    viewer: User,
    at: datetime,
    signed_in: SignIn,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    first = kept(author, at)
    for n in range(1, 12):
        kept(author, at, PLAIN + b"\n" * n, runbook=first.runbook, seen=n)
    browser = signed_in(viewer)
    with django_assert_max_num_queries(14):
        assert browser.get("/runbooks/water-the-plants/").status_code == 200
    with django_assert_max_num_queries(6):
        assert browser.get("/runbooks/water-the-plants/3..9/").status_code == 200
