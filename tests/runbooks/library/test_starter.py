"""What a new runbook begins with, and what is said of front matter that is not ours."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import User
from runbooks.enums import Level, RunKind
from runbooks.library import linting
from runbooks.library.reading import read
from runbooks.library.starter import starter
from runbooks.models import Revision
from runbooks.procedure.model import Finding
from runbooks.procedure.parser import parse
from runbooks.runs import preparation

SignIn = Callable[[User], Client]


def test_the_starter_has_nothing_against_it(author: User, at: datetime) -> None:
    source = starter().encode()
    assert linting.of_reading(source, read(source), runbook=None, at=at).open == ()


def test_the_page_of_a_new_runbook_opens_without_a_finding(
    author: User, operator: User, signed_in: SignIn
) -> None:
    browser = signed_in(author)
    page = browser.get("/runbooks/new/").content.decode()
    assert 'class="finding' not in page
    written = html.unescape(re.findall(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.DOTALL)[0])
    assert browser.post("/runbooks/new/", {"source": written}).status_code == 303
    revision = Revision.objects.get()
    assert revision.title == "New runbook"
    run = preparation.prepare(
        revision=revision, kind=RunKind.DRILL, parameters={}, by=operator, at=datetime.now(UTC)
    )
    assert run.pk
    page = browser.get("/runbooks/new/").content.decode()
    assert "title: New runbook 2" in page
    assert 'class="finding' not in page


def remarks(key: str) -> tuple[Finding, ...]:
    return parse(f"---\n{key}: x\n---\n\n- [ ] a\n".encode()).findings


@pytest.mark.parametrize(
    "key",
    ["alert_rule", "on_error", "usage", "use_case", "entries", "title_tag", "intro", "user", "tit"],
)
def test_words_of_others_are_not_taken_for_ours(key: str) -> None:
    (finding,) = remarks(key)
    assert finding.sentence == f"`{key}` in the front matter means nothing here."
    assert finding.suggestion == ""


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("tittle", "title"),
        ("titel", "title"),
        ("ttle", "title"),
        ("tetle", "title"),
        ("titles", "title"),
        ("worst-case", "worst_case"),
        ("WorstCase", "worst_case"),
        ("Abort rule", "abort_rule"),
    ],
)
def test_mistakes_of_ours_are_named(key: str, ours: str) -> None:
    (finding,) = remarks(key)
    assert finding.suggestion == f"Did you mean `{ours}`?"


@pytest.mark.parametrize("key", ["about", "tags", "linkTitle", "Sidebar-Label", "redirect_from"])
def test_common_keys_of_others_are_not_remarked_upon(key: str) -> None:
    assert remarks(key) == ()


@pytest.mark.parametrize(
    ("head", "language"),
    [('+++\ntitle = "Restore"\n+++', "TOML"), ('{\n  "title": "Restore"\n}', "JSON")],
)
def test_front_matter_that_is_not_yaml_is_named(head: str, language: str) -> None:
    findings = parse(f"{head}\n\n- [ ] Look at the replica\n".encode()).findings
    (finding,) = [f for f in findings if f.code == "syntax.foreign_front_matter"]
    assert (finding.line, finding.level) == (1, Level.WARNING)
    assert finding.sentence.startswith(f"The front matter is {language}, which is not read")
