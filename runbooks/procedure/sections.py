"""The sections of a runbook, and what is written in them outside every step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StrayCommand:
    """A command that is in no step: a block of code or, when `inline`, a span of it in a sentence.
    `line` is the source line of its first line, `indent` its columns in front of it; `before` is
    what its paragraph says before an inline one."""

    label: str
    text: str
    line: int
    indent: int
    inline: bool = False
    before: str = ""


@dataclass(frozen=True)
class StrayList:
    """A list in no step: the line of each item of its outermost level that has no box, and its
    plain text, '' for a link and nothing else. `under` is the heading above the list, `lead` the
    paragraph right above it, each '' for none; `ordered`: its items are numbered."""

    items: tuple[tuple[int, str], ...]
    under: str
    lead: str
    ordered: bool


@dataclass(frozen=True)
class Section:
    """A `##` heading and its text that belongs to no step. What stands before the first heading
    forms a section with an empty title. An aside is only reached on purpose.

    `commands` are those in `html`: the blocks in their order, each of which is
    `<div class="command" data-command="N">…</div>` with N its place in `commands`, then the inline
    ones. `lists` are those of the text.
    """

    key: str
    title: str
    html: str
    line: int
    aside: bool = False
    commands: tuple[StrayCommand, ...] = ()
    lists: tuple[StrayList, ...] = ()
