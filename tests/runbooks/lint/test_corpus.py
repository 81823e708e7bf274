"""The linter over runbooks of other people: nothing breaks it, a plain checklist is left alone, and
the time it takes grows with the text. The judgement by hand is in `docs/decisions/linter.md`."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runbooks.enums import Level
from runbooks.lint.book.book import Book
from runbooks.lint.linter import lint
from runbooks.procedure.parser import parse
from tests.runbooks.lint.rewriting import with_steps

CORPUS = os.environ.get("COUNTERSIGN_CORPUS", "")
FILES = sorted(p for p in Path(CORPUS or "/nowhere").rglob("*") if p.suffix in (".md", ".erb"))
needs_corpus = pytest.mark.skipif(
    not FILES, reason="COUNTERSIGN_CORPUS names no folder of Markdown files"
)
#: A command block can break several rules of commands; a plain checklist breaks no others.
ERRORS_A_COMMAND = 2


def read(path: Path) -> list[tuple[Book, str]]:
    """A file as it is, and with steps made of what it numbers; without those the parser refuses."""
    text = path.read_text("utf-8-sig", errors="replace")
    sources = dict.fromkeys([text, with_steps(text)])
    parsed = ((parse(source.encode(), name=path.name).procedure, source) for source in sources)
    return [(Book(made, source), source) for made, source in parsed if made is not None]


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_findings_stand_in_the_text_and_say_what_to_write(path):
    for book, source in read(path):
        for finding in lint(book.procedure, source):
            assert 1 <= finding.line <= len(book.lines)
            assert 1 <= finding.column <= len(book.lines[finding.line - 1]) + 1
            assert finding.sentence.endswith(".")
            assert finding.suggestion


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_a_plain_checklist_has_errors_only_for_its_commands(path):
    for book, source in read(path):
        if book.effects.restores or book.procedure.copies_out:
            continue
        errors = [f for f in lint(book.procedure, source) if f.level is Level.ERROR]
        inline = [c for step in book.procedure.steps for c in book.inline_commands(step)]
        assert len(errors) <= ERRORS_A_COMMAND * len([*book.blocks, *inline]), errors


@needs_corpus
def test_the_time_grows_with_the_text():
    books = [book for path in FILES for book, _ in read(path)]
    body = max(books, key=lambda book: len(book.commands)).source
    once, many = (f"# Restore\n\n{body * times}" for times in (2, 8))
    assert spent(many) < 4 * 2 * spent(once) + 0.1


def spent(source: str) -> float:
    """Seconds of the processor for one look at a text, the best of three."""
    procedure = parse(source.encode()).procedure
    assert procedure is not None
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        lint(procedure, source)
        best = min(best, time.process_time() - begun)
    return best
