"""A text without steps: kept as a draft, and not approved, drilled or run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.enums import Scope
from accounts.models import User
from lib.refusals import Refused
from runbooks.enums import Level, RunKind
from runbooks.library import revisions
from runbooks.lint.findings import lint_text
from runbooks.models import Run
from runbooks.procedure.runnable import can_be_done, not_runnable
from runbooks.runs import preparation
from tests.factories.library import PLAIN, kept
from tests.factories.tokens import program
from tests.runbooks.texts import procedure

SignIn = Callable[[User], Client]
DRAFT = b"# Ledger notes\n\nRead this.\n"
ASIDE = b"# Ledger notes\n\n## Only then {#then .aside}\n\n- [ ] Look\n"
REFERENCE = b"---\ntitle: Ledger notes\nuse: reference\n---\n\nRead this.\n"
SENTENCE = "This text has no steps: it can be saved as a draft and edited, but not approved or run."
READ = "This reference has no steps: it can be approved and read, but not run."


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (PLAIN, ""),
        (DRAFT, SENTENCE),
        (ASIDE, SENTENCE.replace("steps:", "steps outside its contingency sections:")),
        (REFERENCE, READ),
    ],
)
def test_what_holds_for_a_text(source: bytes, sentence: str) -> None:
    assert not_runnable(procedure(source)) == sentence
    if sentence:
        assert can_be_done(procedure(source), 1) == sentence


def test_what_can_be_done_counts_the_errors() -> None:
    made = procedure(PLAIN)
    assert can_be_done(made, 0).endswith("run live once somebody else has approved it.")
    assert "once the error is fixed or waived and somebody" in can_be_done(made, 1)
    assert "once the 2 errors are fixed or waived and somebody" in can_be_done(made, 2)


@pytest.mark.parametrize(("source", "errors"), [(DRAFT, 1), (ASIDE, 1), (REFERENCE, 0), (PLAIN, 0)])
def test_it_is_an_error_unless_it_is_only_to_be_read(source: bytes, errors: int) -> None:
    findings = lint_text(procedure(source), source).open
    assert [f.level for f in findings if f.code == "approval.no_steps"] == [Level.ERROR] * errors


@pytest.mark.parametrize(("source", "waits"), [(DRAFT, 0), (ASIDE, 0), (REFERENCE, 1), (PLAIN, 1)])
def test_a_draft_does_not_wait_for_approval(
    source: bytes, waits: int, author: User, approver: User, at: datetime, signed_in: SignIn
) -> None:
    kept(author, at, source)
    browser = signed_in(approver)
    for address in ("/", "/runbooks/?state=waiting"):
        page = browser.get(address).content.decode()
        assert page.count("Revision 1 waits for") + page.count("revision 1 waits for") == waits
    page = browser.get("/runbooks/").content.decode()
    assert ("revision 1 has no steps yet" in page) is not bool(waits)


@pytest.mark.parametrize("source", [DRAFT, ASIDE])
def test_it_is_not_approved(
    source: bytes, author: User, approver: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at, source)
    with pytest.raises(Refused) as refused:
        revisions.approve(revision, by=approver, at=at)
    assert refused.value.code == "no_steps"
    page = signed_in(approver).post("/runbooks/ledger-notes/1/approve/")
    assert page.status_code == 409
    assert "it can be saved as a draft and edited" in page.content.decode()
    answer = program(approver, Scope.AUTHOR).post(
        "/api/v1/runbooks/ledger-notes/revisions/1/approve/", {}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "no_steps")
    revision.refresh_from_db()
    assert revision.approved_at is None


def test_a_reference_is_approved_and_not_run(
    author: User, approver: User, operator: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at, REFERENCE)
    page = signed_in(approver).get("/runbooks/ledger-notes/1/").content.decode()
    assert READ in page
    assert "With your approval it can be run live" not in page
    answer = signed_in(approver).post("/runbooks/ledger-notes/1/approve/", follow=True)
    assert f"Revision 1 is approved. {READ}" in answer.content.decode()
    revision.refresh_from_db()
    assert revision.approved_at is not None
    page = signed_in(operator).get("/runbooks/ledger-notes/").content.decode()
    assert "Start live" not in page
    assert "/start/?kind=drill" not in page


@pytest.mark.parametrize("source", [DRAFT, ASIDE, REFERENCE])
def test_no_drill_of_it_is_prepared(
    source: bytes, author: User, operator: User, at: datetime, signed_in: SignIn
) -> None:
    revision = kept(author, at, source)
    with pytest.raises(Refused) as refused:
        preparation.prepare(
            revision=revision, kind=RunKind.DRILL, parameters={}, by=operator, at=at
        )
    assert refused.value.code == "no_steps"
    page = signed_in(operator).get("/runbooks/ledger-notes/1/start/").content.decode()
    assert not_runnable(procedure(source)) in page
    assert "Prepare the run" not in page
    sent = {"kind": "drill", "title": "", "key": "k-1"}
    assert signed_in(operator).post("/runbooks/ledger-notes/1/start/", sent).status_code == 409
    assert not Run.objects.exists()


def test_the_editor_and_its_preview_say_so(author: User, signed_in: SignIn) -> None:
    browser = signed_in(author)
    page = browser.post("/runbooks/preview/", {"source": DRAFT.decode()}).content.decode()
    assert SENTENCE in page
    assert "drilled as it is" not in page
    sent = {"source": DRAFT.decode(), "summary": ""}
    page = browser.post("/runbooks/new/", sent, follow=True).content.decode()
    assert "Saved as revision 1.<" in page
    assert page.count(SENTENCE) == 2, "Once at the head, once as a finding."
    assert "It can only be drilled" not in page
    assert "run live" not in page


def test_the_upload_says_so(author: User, signed_in: SignIn) -> None:
    sent = {"file": SimpleUploadedFile("notes.md", DRAFT), "summary": "", "runbook": ""}
    page = signed_in(author).post("/runbooks/upload/", sent, follow=True).content.decode()
    assert SENTENCE in page
    assert "run live" not in page


def test_the_import_says_so(author: User, tmp_path: Path) -> None:
    path, out = tmp_path / "notes.md", StringIO()
    path.write_bytes(DRAFT)
    call_command("import_runbook", str(path), author=author.username, stdout=out)
    assert SENTENCE in out.getvalue()


def test_the_api_says_so(author: User) -> None:
    answer = program(author, Scope.AUTHOR).post(
        "/api/v1/runbooks/", {"source": DRAFT.decode()}, content_type="application/json"
    )
    assert answer.status_code == 201
    (finding,) = [f for f in answer.json()["findings"] if f["code"] == "approval.no_steps"]
    assert (finding["level"], finding["sentence"]) == ("error", SENTENCE)
