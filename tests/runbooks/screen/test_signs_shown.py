"""A sign that cannot be seen is drawn wherever a command is shown, and copied as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from runbooks.enums import RunKind
from runbooks.library.revisions import save
from tests.factories.runs import Play, cast, play
from tests.factories.tokens import program

SignIn = Callable[[User], Client]
LINE = "ls\u00a0-l /srv/\u202egpj.exe \u2013h"
TEXT = f"""---
title: Hidden signs
purpose: See them.
worst_case: Nothing.
abort_rule: Anyone.
---

Outside: `rm\u200b x`

```sh
{LINE}
```

- [ ] Look at `d\u0430ta`

  ```sh
  {LINE}
  ```
"""
DRAWN = (
    'data-sign="U+00A0"',
    'title="U+202E RIGHT-TO-LEFT OVERRIDE"',
    'title="U+2013 EN DASH"',
)


@pytest.fixture
def run(at: datetime) -> Play:
    return play(TEXT.encode(), at, people=cast(), kind=RunKind.DRILL)


@pytest.mark.django_db
def test_every_page_that_shows_a_command_draws_its_signs(run: Play, signed_in: SignIn) -> None:
    operator, author = signed_in(run.people["operator"]), signed_in(run.people["author"])
    runbook = run.run.revision.runbook
    old = TEXT.replace(LINE, "ls -l /srv/exe.jpg -h")
    save(source=old.encode(), by=run.people["author"], at=run.at, runbook=runbook)
    library = f"/runbooks/{runbook.slug}/"
    pages = {
        "run": operator.get(f"/runs/{run.run.pk}/"),
        "fragment": operator.get(f"/runs/{run.run.pk}/", headers={"X-Fragment": "run"}),
        "revision": operator.get(f"{library}1/"),
        "print": operator.get(f"{library}1/print/"),
        "difference": operator.get(f"{library}1..2/"),
        "preview": author.post("/runbooks/preview/", {"source": TEXT}),
        "upload": author.post("/runbooks/new/", {"source": TEXT, "preview": "1"}),
    }
    for name, answer in pages.items():
        assert answer.status_code == 200, name
        html = answer.content.decode()
        for sign in DRAWN:
            assert sign in html, (name, sign)


@pytest.mark.django_db
def test_inline_code_and_titles_are_drawn_too(run: Play, signed_in: SignIn) -> None:
    html = signed_in(run.people["operator"]).get(f"/runs/{run.run.pk}/").content.decode()
    assert 'title="U+0430 CYRILLIC SMALL LETTER A"' in html
    html = signed_in(run.people["operator"]).get(_library(run)).content.decode()
    assert 'data-sign="U+200B"' in html


@pytest.mark.django_db
def test_the_api_gives_the_text_as_it_is(run: Play) -> None:
    answer = program(run.people["operator"]).get(f"/api/v1/runs/{run.run.pk}/").json()
    texts = [
        command["text"].removesuffix("\n")
        for step in answer["steps"]
        for command in step.get("commands") or ()
    ]
    assert texts == [LINE]


def _library(run: Play) -> str:
    return f"/runbooks/{run.run.revision.runbook.slug}/1/"


@pytest.mark.django_db
def test_what_a_finding_leaves_out_is_no_sign(author: User, signed_in: SignIn) -> None:
    """`…` in a suggestion is the product's own; the sign of the command beside it is drawn."""
    source = "- [ ] Delete it\n\n  ```sh\n  rm -rf \u2013x /srv/ledger\n  ```\n"
    page = signed_in(author).post("/runbooks/preview/", {"source": source}).content.decode()
    assert "destroy: {target: \u2026}" in page
    assert "U+2026" not in page
    assert 'title="U+2013 EN DASH"' in page
