"""No item, command or paragraph is lost, merged or moved between the source and the procedure."""

from __future__ import annotations

import json
import os
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from richtext.reader import plain_text, read
from runbooks.procedure.model import Procedure
from runbooks.procedure.parser import parse
from runbooks.procedure.parser.bodies import pieces_of
from runbooks.procedure.parser.findings import Findings
from runbooks.procedure.parser.frontmatter import read_front_matter
from runbooks.procedure.serialization import as_json, from_json
from tests.richtext.documents import documents

CORPUS = os.environ.get("COUNTERSIGN_CORPUS", "")
FILES = sorted(p for p in Path(CORPUS or "/nowhere").rglob("*") if p.suffix in (".md", ".erb"))


def html_of(procedure: Procedure) -> str:
    sections = [f"{s.title} {s.html}" for s in procedure.sections]
    steps = [f"{s.title_html} {s.body_html}" for s in procedure.steps]
    return unescape(re.sub("<[^>]+>", "", " ".join([procedure.intro_html, *sections, *steps])))


def procedure_of(source: str) -> Procedure:
    procedure = parse(source.encode()).procedure
    assert procedure is not None
    return procedure


def in_reading_order(procedure: Procedure):
    return sorted(procedure.steps, key=lambda s: [int(n) for n in s.number.split(".")])


@given(documents(tasks=True))
@settings(max_examples=150, deadline=None)
def test_every_task_item_is_a_step_with_its_depth_and_line(made):
    procedure = procedure_of(made.source)
    steps = in_reading_order(procedure)
    assert [(s.depth, s.title, s.line) for s in steps] == made.steps


@given(documents(tasks=True))
@settings(max_examples=150, deadline=None)
def test_every_word_is_somewhere_exactly_once(made):
    procedure = procedure_of(made.source)
    title = procedure.title if procedure.title not in [s.title for s in procedure.sections] else ""
    words = re.findall(r"w\d+q", f"{title} {html_of(procedure)}")
    assert sorted(words) == sorted(made.words)


@given(documents(tasks=True))
@settings(max_examples=150, deadline=None)
def test_words_of_a_step_or_section_stay_in_order(made):
    procedure = procedure_of(made.source)
    place = {word: number for number, word in enumerate(made.words)}
    texts = [s.body_html for s in procedure.steps] + [s.html for s in procedure.sections]
    for text in [procedure.intro_html, *texts]:
        places = [place[word] for word in re.findall(r"w\d+q", text)]
        assert places == sorted(places)


@given(documents(tasks=True))
@settings(max_examples=150, deadline=None)
def test_every_command_is_kept_to_the_byte(made):
    procedure = procedure_of(made.source)
    assert all(command in html_of(procedure) for command in made.commands)
    for step in procedure.steps:
        marks = re.findall(r'data-command="(\d+)"', step.body_html)
        assert marks == [str(n) for n in range(len(step.commands))]
        assert {text for _, text in step.commands} <= set(made.commands)


@given(documents(tasks=True))
@settings(max_examples=80, deadline=None)
def test_sub_steps_come_before_their_step(made):
    procedure = procedure_of(made.source)
    for step in procedure.steps:
        assert procedure.steps[step.index] is step
        if step.parent is not None:
            assert step.index < step.parent
            assert step.number.startswith(procedure.steps[step.parent].number + ".")
    assert len({s.key for s in procedure.steps}) == len(procedure.steps)
    assert from_json(json.loads(json.dumps(as_json(procedure)))) == procedure


@given(st.text(alphabet="ab [](){}#.-+*1x:`~<>|\n\t'\"&!%\\", max_size=150))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_parser(source):
    for text in (
        source,
        f"---\n{source}\n---\n- [ ] a",
        f"- [ ] a\n\n  ```guard\n  {source}\n  ```",
    ):
        parsed = parse(text.encode())
        assert all(f.line >= 1 and f.column >= 1 and f.sentence for f in parsed.findings)


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_the_parser(source):
    parsed = parse(source)
    assert parsed.procedure is not None or parsed.findings


@pytest.mark.skipif(not FILES, reason="COUNTERSIGN_CORPUS names no folder of Markdown files")
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_real_files_lose_no_word(path):
    source = path.read_bytes()
    parsed = parse(source, name=path.name)
    if parsed.procedure is None:
        assert any(f.sentence for f in parsed.findings)
        return
    text = source.decode("utf-8-sig").replace("\r\n", "\n")
    shown = re.sub(r"\s+", "", f"{parsed.procedure.title} {html_of(parsed.procedure)}")
    for root in read(read_front_matter(text, Findings()).body).blocks:
        for block in root.walk():
            # Prompts stand apart from what is typed behind them.
            fence = pieces_of(block.token) if block.kind == "fence" else ()
            texts = [piece.text for piece in fence] or [plain_text(block.inline)]
            for text in texts if block.kind in ("paragraph", "heading", "fence", "td") else ():
                words = re.sub(r"^\[[ xX]\]|\s+", "", text)
                if "<" not in words:
                    assert re.sub(r"\{[#.].*\}$", "", words) in shown, (block.first, words)
