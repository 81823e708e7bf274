"""Commands outside steps: what destroys is not sent to a run, and the rest is folded."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape

import pytest
from django.test import Client

from accounts.enums import Scope
from accounts.models import User
from runbooks.enums import RunKind
from runbooks.library.reading_view import lay_out
from runbooks.library.shown_commands import in_library, in_run
from runbooks.models import Run
from runbooks.runs import preparation
from tests.factories.library import kept
from tests.factories.tokens import program
from tests.runbooks.texts import procedure

SignIn = Callable[[User], Client]
SOURCE = b"""---
title: Ledger note
parameters:
  host: {type: text, label: Host, default: db-prod-1}
---

Once `dropdb --if-exists old` was used here. Never run `dropdb --if-exists mine`.

    rm -rf /srv/indented

## Restore

```sh
dropdb -h <host> ledger
```

> - ~~~sql
>   drop database inner_ledger;
>   ~~~

```sh
ls -l /srv/backup
```

<pre>mkfs.ext4 /dev/sdraw</pre>

- [ ] Tell the team that it is done

## Afterwards {#afterwards .aside}

Run `rm -rf /srv/aside` now.

- [ ] Look
"""
DESTROY = ("dropdb -h", "inner_ledger", "/srv/indented", "/dev/sdraw", "--if-exists old")


def shown(html: str) -> str:
    """What a reader sees, or finds in the source."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


@pytest.fixture
def run(author: User, operator: User, at: datetime) -> Run:
    revision = kept(author, at, SOURCE)
    values = {"host": "db-prod-1"}
    return preparation.prepare(
        revision=revision, kind=RunKind.DRILL, parameters=values, by=operator, at=at
    )


@pytest.mark.parametrize(
    "address", ["/runs/{}/", "/runs/{}/?fragment=1", "/runs/{}/print/", "/api/v1/runs/{}/"]
)
def test_what_destroys_outside_steps_is_not_sent_to_a_run(
    run: Run, operator: User, signed_in: SignIn, address: str
) -> None:
    client = program(operator, Scope.RUN) if address.startswith("/api") else signed_in(operator)
    answer = client.get(address.format(run.pk))
    assert answer.status_code == 200
    text = shown(answer.content.decode())
    for command in (*DESTROY, "dropdb", "mkfs"):
        assert command not in text
    if "print" not in address:
        assert "The command of line 14 is not shown in a run" in text
        assert "Make it a step." in text
        assert "ls -l /srv/backup" in text


def test_the_brief_does_not_show_it_either(run: Run, operator: User, signed_in: SignIn) -> None:
    number = run.revision.number
    page = signed_in(operator).get(f"/runbooks/ledger-note/{number}/start/").content.decode()
    text = shown(page)
    for command in DESTROY:
        assert command not in text
    assert "Never run dropdb --if-exists mine." in text


def test_other_commands_are_folded_and_marked(run: Run, operator: User, signed_in: SignIn) -> None:
    page = signed_in(operator).get(f"/runs/{run.pk}/").content.decode()
    (folded,) = re.findall(r'<details class="stray">(.*?)</details>', page, re.DOTALL)
    assert "ls -l" in shown(folded)
    assert "Not part of a step" in shown(folded)


def test_an_aside_hides_its_inline_command() -> None:
    aside = procedure(SOURCE).sections_by_key["afterwards"]
    text = shown(in_run(aside.html, aside.commands))
    assert "rm -rf" not in text
    assert "a command is not shown here" in text


def test_the_library_shows_all_with_a_mark(run: Run, operator: User, signed_in: SignIn) -> None:
    page = signed_in(operator).get("/runbooks/ledger-note/1/").content.decode()
    text = shown(page)
    for command in ("dropdb -h <host> ledger", "inner_ledger", "/srv/indented", "/dev/sdraw"):
        assert command in text
    assert text.count("it destroys data: runs do not show it") == 4
    assert text.count("Not part of a step: runs show it folded.") == 1


def test_a_text_that_cannot_be_run_says_nothing_of_runs() -> None:
    source = b"# N\n\n```sh\nls -l\n```\n\n```sh\ndropdb -h a b\n```\n"
    text = shown(lay_out(procedure(source)).intro_html)
    assert "Not part of a step.ls -l" in text
    assert "Not part of a step, and it destroys data.dropdb" in text
    assert "runs" not in text


def test_the_same_words_are_hidden_where_they_are_to_be_run_only() -> None:
    made = procedure(b"# N\n\nNever run `dropdb a b`. But now run `dropdb a b`.\n\n- [ ] X\n")
    text = shown(in_run(made.intro_html, made.intro_commands))
    assert text.startswith("Never run dropdb a b. But now run (a command is not shown here")


def test_text_without_commands_is_left_alone() -> None:
    made = procedure(b"# N\n\nOne `word` and\n\n```text\nnothing to run\n```\n\n- [ ] X\n")
    assert in_run(made.intro_html, made.intro_commands) == made.intro_html
    assert in_library(made.intro_html, made.intro_commands, True) == made.intro_html


@pytest.mark.parametrize("tag", ["code", "kbd", "pre"])
def test_what_is_written_as_html_is_withheld_too(tag):
    read = procedure(
        f"# İ Note\n\n<p>Run <{tag}>dropdb  -h a b</{tag}></p>\n\n- [ ] Tell the team\n".encode()
    )
    shown = "".join(in_run(section.html, section.commands) for section in read.sections)
    shown += in_run(read.intro_html, read.intro_commands)
    assert "dropdb" not in shown
    assert "not shown" in shown
