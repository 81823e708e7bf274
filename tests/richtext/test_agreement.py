"""Nothing is lost, merged or moved between the source, the exact reading and the page."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from richtext import exact
from richtext.codeblocks import highlighted
from richtext.marks import Marks
from richtext.reader import read
from richtext.render import TextTooHard, render, render_blocks
from richtext.shape import shape, text_of
from tests.richtext.documents import documents

CORPUS = os.environ.get("COUNTERSIGN_CORPUS", "")
FILES = sorted(p for p in Path(CORPUS or "/nowhere").rglob("*") if p.suffix in (".md", ".erb"))


def exactly(source: str) -> tuple[str, str]:
    """The exact reader's own page, and the product's."""
    document = read(source)
    marks = Marks(document.blocks, highlighted)
    certain = marks.with_html(exact.write(document.blocks, document.environment), raw=True)
    return marks.with_code(certain), render_blocks(document.blocks, document.environment)


@given(documents())
@settings(max_examples=120, deadline=None)
def test_every_word_of_a_generated_document_is_shown_once_and_in_order(made):
    html = render(made.source)
    assert re.findall(r"w\d+q", html) == made.words
    for command in made.commands:
        assert command in unescape(re.sub("<[^>]+>", "", html))


@given(documents())
@settings(max_examples=120, deadline=None)
def test_generated_documents_have_one_shape_to_both_readers(made):
    certain, ours = exactly(made.source)
    assert shape(ours) == shape(certain)


@given(st.text(alphabet="ab *_`~<>[]()!#-+1.\n|\\&;:/\"'\t=", max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_alike_or_refused(source):
    try:
        certain, ours = exactly(source)
    except TextTooHard:
        return
    assert text_of(ours) == text_of(certain)


@pytest.mark.skipif(not FILES, reason="COUNTERSIGN_CORPUS names no folder of Markdown files")
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_real_files_keep_every_word_and_block(path):
    source = path.read_bytes().decode("utf-8-sig")
    certain, ours = exactly(source)
    assert text_of(ours) == text_of(certain)
    assert len(text_of(certain)) > 0
