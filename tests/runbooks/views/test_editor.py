"""The editor and the upload: what was typed is never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from runbooks.forms.library import shown, written
from runbooks.models import Revision
from runbooks.procedure.parser import MAX_BYTES
from tests.factories.library import PLAIN, kept
from tests.factories.people import person

SignIn = Callable[[User], Client]
EDIT = "/runbooks/water-the-plants/edit/"
BROKEN = PLAIN.decode() + "\n  ```guard\n  overwrites: x\n  ```\n"


def typed(text: str) -> str:
    """A text as a browser sends it."""
    return text.replace("\n", "\r\n")


def test_a_new_runbook_is_saved_and_shown(author: User, signed_in: SignIn) -> None:
    browser = signed_in(author)
    assert browser.get("/runbooks/new/").status_code == 200
    answer = browser.post("/runbooks/new/", {"source": typed(PLAIN.decode()), "save": ""})
    assert (answer.status_code, answer["Location"]) == (303, "/runbooks/water-the-plants/1/")
    assert bytes(Revision.objects.get().source) == PLAIN


def test_the_editor_shows_the_newest_text(author: User, at: datetime, signed_in: SignIn) -> None:
    kept(author, at)
    text = signed_in(author).get(EDIT).content.decode()
    assert "- [ ] Water each pot" in text
    assert 'name="seen" value="1"' in text
    assert "Save as revision 2" in text


def test_a_malformed_text_stays_with_findings_at_its_lines(
    author: User, at: datetime, signed_in: SignIn
) -> None:
    kept(author, at)
    sent = {"source": typed(BROKEN), "summary": "Mine", "seen": "1", "save": ""}
    answer = signed_in(author).post(EDIT, sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "overwrites: x" in text
    assert 'value="Mine"' in text
    assert 'href="#line-10" data-line="10"' in text
    assert "Did you mean <code>overwrite</code>?" in text
    assert Revision.objects.count() == 1


def test_an_empty_text_and_a_long_summary_have_their_sentences(
    author: User, signed_in: SignIn
) -> None:
    answer = signed_in(author).post("/runbooks/new/", {"source": "", "summary": "x" * 201})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "The text is empty" in text
    assert "at most 200 characters" in text


def test_a_text_that_somebody_changed_meanwhile_stays(
    author: User, at: datetime, signed_in: SignIn
) -> None:
    first = kept(author, at)
    other = person("other", "ot", Role.AUTHOR)
    kept(other, at, PLAIN + b"\n- [ ] Theirs\n", runbook=first.runbook, seen=1)
    sent = {"source": typed(PLAIN.decode() + "\n- [ ] Mine\n"), "seen": "1", "save": ""}
    browser = signed_in(author)
    answer = browser.post(EDIT, sent)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Other saved revision 2" in text
    assert "- [ ] <mark>Theirs</mark>" in text
    assert "- [ ] Mine" in text
    assert 'name="seen" value="2"' in text
    assert browser.post(EDIT, sent | {"seen": "2"}).status_code == 303
    assert Revision.objects.count() == 3


def test_saving_without_a_change_is_refused_in_words(
    author: User, at: datetime, signed_in: SignIn
) -> None:
    kept(author, at, PLAIN.replace(b"\n", b"\r\n"))
    answer = signed_in(author).post(EDIT, {"source": typed(PLAIN.decode()), "seen": "1"})
    assert answer.status_code == 409
    assert "byte for byte, revision 1" in answer.content.decode()


def test_the_preview_button_saves_nothing(author: User, signed_in: SignIn) -> None:
    answer = signed_in(author).post("/runbooks/new/", {"source": PLAIN.decode(), "preview": ""})
    assert answer.status_code == 200
    assert "Step 2: </span>Water each pot" in answer.content.decode()
    assert not Revision.objects.exists()


def test_the_preview_is_a_fragment(author: User, viewer: User, signed_in: SignIn) -> None:
    send = {"source": BROKEN, "runbook": "nothing"}
    answer = signed_in(author).post("/runbooks/preview/", send)
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert b'data-readable="no"' in answer.content
    assert signed_in(viewer).post("/runbooks/preview/", send).status_code == 403


@pytest.mark.parametrize(
    "base",
    [
        PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b"\r\n", 2),
        PLAIN.rstrip(b"\n"),
    ],
)
def test_the_editor_keeps_line_endings_and_byte_order_mark(base: bytes) -> None:
    as_sent = typed(shown(base))
    assert written(as_sent, base) == base
    changed = written(as_sent.replace("Fill", "Take"), base)
    assert changed.startswith(b"\xef\xbb\xbf") == base.startswith(b"\xef\xbb\xbf")
    endings = base.count(b"\r\n") * 2 > base.count(b"\n")
    assert changed.count(b"\r\n") == (changed.count(b"\n") if endings else 0)


def _upload(browser: Client, name: str, content: bytes, **more: str) -> tuple[int, str]:
    file = SimpleUploadedFile(name, content, content_type="text/markdown")
    answer = browser.post("/runbooks/upload/", {"file": file, **more})
    return answer.status_code, answer.content.decode()


def test_a_file_is_kept_byte_for_byte(author: User, at: datetime, signed_in: SignIn) -> None:
    browser, source = signed_in(author), b"\xef\xbb\xbf- [ ] Go\r\n- [ ] Stop\n"
    assert _upload(browser, "Leave the house.md", source)[0] == 303
    revision = Revision.objects.select_related("runbook").get()
    assert bytes(revision.source) == source
    assert revision.runbook.title == "Leave the house"
    assert _upload(browser, "x.md", PLAIN, runbook="leave-the-house", summary="New")[0] == 303
    assert Revision.objects.get(number=2).runbook == revision.runbook
    status, text = _upload(browser, "x.md", PLAIN, runbook="leave-the-house", summary="Again")
    assert status == 409
    assert 'value="Again"' in text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"x" * (MAX_BYTES + 1), f"has {MAX_BYTES + 1:,} bytes"),
        (b"- [ ] Gr\xfc\xdfe\n", "not UTF-8 from line 1 on. Save the file as UTF-8."),
        (b"- [ ] a\0b\n", "NUL character"),
    ],
)
def test_each_bad_file_has_its_sentence_and_the_form_stays(
    content: bytes, sentence: str, author: User, signed_in: SignIn
) -> None:
    status, text = _upload(signed_in(author), "x.md", content, summary="Why I did it")
    assert status == 422
    assert sentence in text
    assert 'value="Why I did it"' in text
    assert not Revision.objects.exists()


def test_no_file_at_all_has_its_sentence(author: User, signed_in: SignIn) -> None:
    answer = signed_in(author).post("/runbooks/upload/", {"summary": "x", "runbook": "nothing"})
    assert answer.status_code == 422
    assert "Choose a file" in answer.content.decode()
    assert "no such runbook" in answer.content.decode()


def test_a_malformed_file_opens_in_the_editor(author: User, signed_in: SignIn) -> None:
    status, text = _upload(signed_in(author), "x.md", BROKEN.encode(), summary="Mine")
    assert status == 422
    assert 'action="/runbooks/new/"' in text
    assert "overwrites: x" in text
    assert 'value="Mine"' in text
    assert 'data-line="10"' in text


def test_writing_is_for_authors(viewer: User, at: datetime, signed_in: SignIn) -> None:
    browser = signed_in(viewer)
    for page in ("/runbooks/new/", "/runbooks/upload/", EDIT):
        assert browser.get(page).status_code == 403
        assert browser.post(page, {"source": PLAIN.decode()}).status_code == 403
    assert Client().get("/runbooks/new/").status_code == 302
