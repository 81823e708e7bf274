"""The outline of a runbook: its sections, and the task items in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from markdown_it.token import Token

from richtext.codeblocks import label_of
from richtext.reader import Block, Document, plain_text, reread

_BOX = re.compile(r"\[([ xX])\](?:[ \t]+|\n|$)")
# Only from where blanks begin, and bounded: in a time that grows with the text alone.
_ATTRIBUTES = re.compile(r"(?<![ \t])[ \t]*+\{:?[ \t]*((?:[#.][\w-]+[ \t]*)+)\}[ \t]*(?=\n|$)")
_TEMPLATE = re.compile(
    r"<%.{0,200}?%>|\{%.{0,200}?%\}|\{\{.{0,200}?\}\}|<!--.{0,200}?-->", re.DOTALL
)
_LISTS = frozenset({"bullet_list", "ordered_list"})


@dataclass(frozen=True)
class Caption:
    """The text of a heading or an item: without its box, its id and its classes."""

    inline: Token
    title: str
    id: str = ""
    classes: frozenset[str] = frozenset()


@dataclass
class TaskItem:
    """A task item. `body` is what it contains besides title, guard blocks and other task items."""

    block: Block
    caption: Caption
    ticked: bool
    body: list[Block] = field(default_factory=list)
    guards: list[Block] = field(default_factory=list)
    children: list[TaskItem] = field(default_factory=list)

    def in_ticking_order(self) -> Iterator[TaskItem]:
        for child in self.children:
            yield from child.in_ticking_order()
        yield self


@dataclass
class SectionOutline:
    """A section as it stands in the text; without a caption it is what comes before the first."""

    caption: Caption | None
    line: int
    body: list[Block] = field(default_factory=list)
    items: list[TaskItem] = field(default_factory=list)


@dataclass
class Outline:
    """`intro` is the text before the first section or step; `loose` are guard blocks in no step."""

    title: str
    intro: list[Block]
    parts: list[SectionOutline]
    loose: list[Block]

    def items(self) -> Iterator[tuple[SectionOutline, TaskItem]]:
        """Every task item with its section, in ticking order: sub-steps before their step."""
        for part in self.parts:
            for item in part.items:
                for each in item.in_ticking_order():
                    yield part, each


def outline(document: Document, title: str) -> Outline:
    """Split a document into sections and steps. `title` is the one of the front matter or ''."""
    blocks = document.blocks
    level = _section_level(blocks)
    head = _title_heading(blocks, level)
    title_text = title or _found_title(blocks, head, document.environment)
    outlined = Outline(title_text, [], [SectionOutline(None, 1)], [])
    for block in blocks:
        if block is head and caption(block, document.environment).title == title_text:
            continue
        if block.kind == "heading" and block is not head and int(block.token.tag[1]) <= level:
            outlined.parts.append(SectionOutline(caption(block, document.environment), block.first))
            continue
        part = outlined.parts[-1]
        kept, items, guards = _split([block], document.environment)
        part.items += items
        outlined.loose += guards
        before_all = len(outlined.parts) == 1 and not part.items
        (outlined.intro if before_all else part.body).extend(kept)
    if not outlined.parts[0].items and not outlined.parts[0].body:
        outlined.parts.pop(0)
    return outlined


def caption(block: Block, environment: dict[str, object]) -> Caption:
    """The caption of a heading."""
    inline = block.inline or Token("inline", "", 0, children=[])
    return _caption(inline, inline.content, environment)


def _caption(inline: Token, content: str, environment: dict[str, object]) -> Caption:
    marks: list[str] = []
    match = _ATTRIBUTES.search(content)
    if match:
        marks = match[1].replace("#", " #").replace(".", " .").split()
        content = content[: match.start()] + content[match.end() :]
    inline = reread(inline, content, environment)
    ids = [mark[1:] for mark in marks if mark[0] == "#"]
    classes = frozenset(mark[1:] for mark in marks if mark[0] == ".")
    return Caption(inline, plain_text(inline), ids[0] if ids else "", classes)


def _section_level(blocks: Sequence[Block]) -> int:
    """Headings up to this level are sections: `##`, or what a text without any uses instead."""
    levels = [int(b.token.tag[1]) for b in blocks if b.kind == "heading"]
    deeper = [level for level in levels if level > 1]
    return 2 if 2 in levels or levels.count(1) > 1 or not deeper else min(deeper)


def _title_heading(blocks: Sequence[Block], level: int) -> Block | None:
    """The H1 above all sections: it names the runbook and is no section of it."""
    for block in blocks:
        if block.kind == "heading" and int(block.token.tag[1]) <= level:
            return block if block.token.tag == "h1" else None
    return None


def _found_title(
    blocks: Sequence[Block], head: Block | None, environment: dict[str, object]
) -> str:
    headings = [block for block in blocks if block.kind == "heading"]
    ones = [block for block in headings if block.token.tag == "h1"]
    for block in [*([head] if head else []), *ones, *headings]:
        title = caption(block, environment).title
        if re.search(r"\w", _TEMPLATE.sub("", title)):
            return title
    return ""


_Split = tuple[list[Block], list[TaskItem], list[Block]]


def _split(blocks: Iterable[Block], environment: dict[str, object]) -> _Split:
    """Blocks without their task items and guard blocks; the task items; the guard blocks."""
    kept: list[Block] = []
    items: list[TaskItem] = []
    guards: list[Block] = []
    for block in blocks:
        if is_guard(block):
            guards.append(block)
            continue
        item = _task(block, environment)
        if item is not None:
            items.append(item)
            continue
        children, inner, blocked = _split(block.children, environment)
        items += inner
        guards += blocked
        if not inner and not blocked:
            kept.append(block)
        elif children:
            kept.append(replace(block, children=children))
    return kept, items, guards


def _task(block: Block, environment: dict[str, object]) -> TaskItem | None:
    first = block.children[0] if block.kind == "list_item" and block.children else None
    if first is None or first.kind != "paragraph" or first.inline is None:
        return None
    box = _BOX.match(first.inline.content)
    if box is None:
        return None
    body, children, guards = _split(block.children[1:], environment)
    text = _caption(first.inline, first.inline.content[box.end() :], environment)
    return TaskItem(block, text, box[1] in "xX", body, guards, children)


def is_guard(block: Block) -> bool:
    return block.kind == "fence" and label_of(block.token) == "guard"
