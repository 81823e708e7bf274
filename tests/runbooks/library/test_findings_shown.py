"""Findings and waivers where people and programs meet them: pages, forms, answers of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.enums import Scope
from accounts.models import User
from runbooks.library import revisions
from runbooks.library.reading_view import lay_out
from runbooks.lint.findings import lint_text
from runbooks.models import Revision
from runbooks.procedure.parser import parse
from runbooks.templatetags.findings import pieces
from tests.factories.library import DESTROYING, PLAIN, approve, approved, kept, waiving
from tests.factories.tokens import program

SignIn = Callable[[User], Client]
PAGE = "/runbooks/water-the-plants/"
AT = "/api/v1/runbooks/water-the-plants/"
LINES = b"""---
title: Water the plants
waive: {L99: "who knows"}
---

## Watering

- [ ] Pour

  - [x] Fill the can

## Drying

{{ words }}
"""


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    caches["throttle"].clear()
    yield
    caches["throttle"].clear()


def _codes(revision: Revision) -> list[str]:
    return [code for code, _ in revision.procedure["waive"]]


def test_notes_stand_at_the_innermost_step_the_section_or_the_head() -> None:
    parsed = parse(LINES)
    assert parsed.procedure is not None
    notes = lint_text(parsed.procedure, LINES, parsed.findings).noted
    sheet = lay_out(parsed.procedure, notes)
    assert [note.finding.code for note in sheet.loose] == ["waive.unknown"]
    watering = sheet.parts[0].lines
    assert "syntax.ticked" in [note.finding.code for note in watering[1].notes]
    assert "syntax.ticked" not in [note.finding.code for note in watering[0].notes]


def test_code_in_a_sentence_is_set_as_code() -> None:
    assert [(piece.text, piece.code) for piece in pieces("`rm` removes `x")] == [
        ("rm", True),
        (" removes `x", False),
    ]
    assert pieces("") == []


def test_a_page_says_each_finding_at_its_step_and_offers_no_approval(
    author: User, approver: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    kept(author, at, DESTROYING.replace(b"rm -r", b"rm -r <i>"))
    text = signed_in(approver).get(PAGE).content.decode()
    assert "This text cannot be approved yet" in text
    assert f'action="{PAGE}1/approve/"' not in text
    step, after = text.index('id="step-1"'), text.index('id="step-2"')
    assert step < text.index('<code class="code">L22</code>') < after
    assert "<i>" not in text
    assert f"{PAGE}edit/?from=1#line-8" in signed_in(author).get(PAGE).content.decode()
    assert f"{PAGE}edit/?from=1#line-8" not in signed_in(viewer).get(PAGE).content.decode()


def test_an_approver_ticks_each_waiver(
    author: User, approver: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at, waiving(DESTROYING))
    browser, codes = signed_in(approver), _codes(revision)
    text = browser.get(PAGE).content.decode()
    assert text.count('name="waivers_seen"') == len(codes)
    assert "a text of a test" in text
    for seen in ([], codes[:-1], ["L99"]):
        answer = browser.post(f"{PAGE}1/approve/", {"waivers_seen": seen})
        assert answer.status_code == 409
        assert 'data-code="waivers_unseen"' in answer.content.decode()
    kept_ticks = browser.post(f"{PAGE}1/approve/", {"waivers_seen": codes[:-1]}).content.decode()
    assert kept_ticks.count(" checked>") == len(codes) - 1
    assert browser.post(f"{PAGE}1/approve/", {"waivers_seen": codes}).status_code == 303
    revision.refresh_from_db()
    assert revision.approved_by == approver


def test_errors_are_named_with_their_lines(
    author: User, approver: User, at: datetime, signed_in: SignIn
) -> None:
    kept(author, at, DESTROYING)
    answer = signed_in(approver).post(f"{PAGE}1/approve/")
    text = answer.content.decode()
    assert (answer.status_code, 'data-code="open_errors"' in text) == (409, True)
    assert "line 8 (L22)" in text


def test_a_text_with_errors_can_be_saved_and_drilled(
    author: User, operator: User, at: datetime, signed_in: SignIn
) -> None:
    sent = {"source": DESTROYING.decode(), "save": ""}
    browser = signed_in(author)
    assert browser.post("/runbooks/new/", sent).status_code == 303
    errors = len(lint_text(parse(DESTROYING).procedure, DESTROYING).errors)
    html = browser.get(PAGE).content.decode()
    assert ("error is" if errors == 1 else f"{errors} errors are") in html
    answer = signed_in(operator).post(f"{PAGE}1/start/", {"kind": "drill", "key": "k"})
    assert (answer.status_code, answer["Location"].startswith("/runs/")) == (303, True)


def test_everybody_reads_the_waivers_before_a_run(
    author: User, approver: User, operator: User, at: datetime, signed_in: SignIn
) -> None:
    approve(kept(author, at, waiving(DESTROYING)), by=approver, at=at)
    browser = signed_in(operator)
    brief = browser.get(f"{PAGE}1/start/").content.decode()
    assert "a text of a test" in brief
    made = browser.post(f"{PAGE}1/start/", {"kind": "live", "key": "k"})
    assert "a text of a test" in browser.get(made["Location"]).content.decode()


def test_the_editor_lists_findings_of_the_linter(author: User, signed_in: SignIn) -> None:
    browser = signed_in(author)
    answer = browser.post("/runbooks/preview/", {"source": DESTROYING.decode()})
    text = answer.content.decode()
    assert 'data-line="8" data-column="3"' in text
    assert '<code class="code">L22</code>' in text
    assert "The text can be saved and drilled as it is" in text
    page = browser.post("/runbooks/new/", {"source": DESTROYING.decode(), "preview": ""})
    assert '<li id="line-8"><code>  rm -r /srv/pots</code></li>' in page.content.decode()


def test_an_approved_text_is_judged_by_the_rules_of_today(
    author: User, approver: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    """A rule that comes later finds what was approved before it, and takes no approval away."""
    revision = kept(author, at, DESTROYING)
    Revision.objects.filter(pk=revision.pk).update(approved_at=at, approved_by=approver)
    text = signed_in(viewer).get(PAGE).content.decode()
    assert "Revision 1, approved" in text
    assert '<code class="code">L22</code>' in text
    assert "cannot be approved" not in text


def _post(client: Client, path: str, body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def test_the_api_tells_findings_and_waivers(author: User, at: datetime) -> None:
    door = program(author, Scope.AUTHOR)
    body = _post(door, "/api/v1/lint/", {"source": DESTROYING.decode()}).json()
    [finding] = [row for row in body["findings"] if row["code"] == "L22"]
    assert (finding["level"], finding["line"], finding["column"]) == ("error", 8, 3)
    assert finding["sentence"]
    assert finding["remedy"]
    assert body["waivers"] == []
    kept(author, at, waiving(DESTROYING))
    body = door.get(f"{AT}revisions/1/").json()
    assert not [row for row in body["findings"] if row["level"] == "error"]
    [waiver] = [row for row in body["waivers"] if row["code"] == "L22"]
    assert (waiver["reason"], [row["line"] for row in waiver["findings"]]) == (
        "a text of a test",
        [9],
    )
    listed = door.get("/api/v1/runbooks/").json()["results"][0]
    assert listed["findings"] == len(body["findings"])


def test_a_program_approves_with_the_waivers_it_was_shown(
    author: User, approver: User, at: datetime
) -> None:
    door, path = program(approver, Scope.AUTHOR), f"{AT}revisions/1/approve/"
    first = kept(author, at, DESTROYING)
    answer = _post(door, path, {})
    assert (answer.status_code, answer.json()["code"]) == (409, "open_errors")
    assert answer.json()["state"]["revision"]["findings"]
    second = revisions.save(
        source=waiving(DESTROYING), by=author, at=at, runbook=first.runbook, seen=1
    )
    path = f"{AT}revisions/2/approve/"
    assert _post(door, path, {}).json()["code"] == "waivers_unseen"
    assert _post(door, path, {"waivers_seen": "L22"}).status_code == 422
    assert _post(door, path, {"seen": _codes(second)}).status_code == 422
    assert _post(door, path, {"waivers_seen": _codes(second)}).json()["approved_at"]


def test_the_list_of_the_api_asks_the_same_for_any_number(
    author: User, approver: User, at: datetime, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    door = program(author, Scope.READ)
    for number in range(5):
        approved(author, approver, at, PLAIN.replace(b"the plants", b"pot %d" % number))
    door.get("/api/v1/runbooks/")
    with django_assert_max_num_queries(12):
        assert len(door.get("/api/v1/runbooks/").json()["results"]) == 5
