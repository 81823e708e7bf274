"""How the commands outside steps are shown: on the page of a run, and in the library.

A gate belongs to a step, so nothing is checked before a command that is in none. One that destroys
data is not sent to a run at all; the others are folded, and marked. The library shows every text
whole, with a mark. What a command does is the linter's reading (`CommandBlock.acts`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

from runbooks.lint.book.blocks import stray_blocks
from runbooks.procedure.sections import StrayCommand

#: A command block in the HTML of a step or a section; the group is the code itself.
COMMAND = re.compile(
    r'<div class="command" data-command="(?P<number>\d+)">(?:<p class="prompt">.*?</p>)?'
    r'(?P<block><div class="highlight">.*?</pre></div>|.*?</pre>)\s*</div>',
    re.DOTALL,
)
# Blocks that are only looked at keep their label as a class, which raw HTML cannot have.
_PIECE = re.compile(
    rf"{COMMAND.pattern}"
    r'|<div class="highlight">.*?</pre></div>|<pre><code class="[^"]*">.*?</pre>'
    r"|<pre(?: [^>]*)?>(?P<raw>.*?)</pre>"
    r"|<(?P<tag>code|kbd)(?: [^>]*)?>(?P<span>.*?)</(?P=tag)>",
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]+>")
_NO_STEP = "it destroys data and is not part of a step, so nothing would be checked before it"
_WITHHELD = f'<p class="withheld">{{}} is not shown in a run: {_NO_STEP}. Make it a step.</p>'
_WITHHELD_SPAN = f'<em class="withheld">(a command is not shown here: {_NO_STEP})</em>'
_LOCKED_SPAN = '<em class="withheld">(a command that destroys data is not shown now)</em>'
_FOLDED = (
    '<details class="stray"><summary>Not part of a step: a command in the text</summary>{}'
    "</details>"
)
_MARKED = '<div class="stray"><p class="note">{}</p>{}</div>'
_LOOSE, _FOLDS = "Not part of a step", "runs show it folded"
_LOOSE_AND_DESTROYS, _HIDES = "Not part of a step, and it destroys data", "runs do not show it"


@lru_cache(maxsize=1000)
def in_run(html: str, commands: tuple[StrayCommand, ...]) -> str:
    """The safe HTML of a text outside steps as a run shows it, safe again. `commands` are those in
    it (`Section.commands`). Remembered: it is asked at every refresh of a page, and the same text
    is always shown the same way."""

    def block(match: re.Match[str], destroys: bool, line: int) -> str:
        if destroys:
            return _WITHHELD.format(f"The command of line {line}" if line else "A command")
        return _FOLDED.format(match[0]) if match["number"] else match[0]

    return _rewritten(html, commands, block, _WITHHELD_SPAN)


def put_away(html: str, instead: str) -> str:
    """The safe HTML of a step whose commands are not shown now: `instead` in the place of each
    block, and of what destroys data in a sentence or was written as HTML, a remark."""

    def piece(match: re.Match[str]) -> str:
        if match["number"]:
            return instead
        if match["raw"] is not None:
            return instead if _destroys(_unread(match["raw"])) else match[0]
        stray = _unread(match["span"] or "")
        return _LOCKED_SPAN if len(stray.text.split()) > 1 and _destroys(stray) else match[0]

    return _PIECE.sub(piece, html)


@lru_cache(maxsize=100)
def in_library(html: str, commands: tuple[StrayCommand, ...], has_runs: bool) -> str:
    """The same text, whole, with a mark at each command block. `has_runs`: the runbook can be run,
    so the mark says what its runs do with the command."""

    def block(match: re.Match[str], destroys: bool, line: int) -> str:
        if not (match["number"] or destroys):
            return match[0]
        remark, shown = (_LOOSE_AND_DESTROYS, _HIDES) if destroys else (_LOOSE, _FOLDS)
        return _MARKED.format(f"{remark}: {shown}." if has_runs else f"{remark}.", match[0])

    return _rewritten(html, commands, block, "")


def _rewritten(
    html: str,
    commands: tuple[StrayCommand, ...],
    block: Callable[[re.Match[str], bool, int], str],
    span: str,
) -> str:
    """`html` with each block of code as `block` writes it (the block, whether it destroys, its line
    or 0), and `span` in the place of each inline command that destroys, unless it is ''."""
    inline = [stray_command for stray_command in commands if stray_command.inline]

    def piece(match: re.Match[str]) -> str:
        if match["number"]:
            command = commands[int(match["number"])]
            return block(match, _destroys(command), command.line)
        if match["raw"] is not None:
            return block(match, _destroys(_unread(match["raw"])), 0)
        if match["span"] is None or not span:
            return match[0]
        stray = _unread(match["span"])
        known = next((c for c in inline if c.text.split() == stray.text.split()), None)
        if known is not None:
            inline.remove(known)
        return span if len(stray.text.split()) > 1 and _destroys(known or stray) else match[0]

    return _PIECE.sub(piece, html)


def _destroys(command_text: StrayCommand) -> bool:
    return any(command.acts for command in stray_blocks([command_text]))


def _unread(code: str) -> StrayCommand:
    """Code that the parser did not meet: it was written as HTML."""
    return StrayCommand("", unescape(_TAG.sub("", code)), 0, 0)
