"""Markdown to safe HTML.

The text is written by Python-Markdown from a canonical form of it and compared, block by block,
with the exact reading; where the two differ, the exact reader's HTML is taken. So nothing that an
author wrote is lost, merged or moved, however the source was indented.

Rendering costs milliseconds a page: do it when a text is saved, never when it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from richtext import exact, pythonmarkdown
from richtext.canonical import canonical
from richtext.codeblocks import highlighted
from richtext.marks import CLOSE, OPEN, CodeWriter, Marks
from richtext.reader import Block, TextTooHard, read
from richtext.sanitise import sanitise
from richtext.shape import shape, text_of

__all__ = ["TextTooHard", "render", "render_blocks", "render_inline"]

_APART = f"<p>{OPEN}-{CLOSE}</p>"


def render(markdown_text: str) -> str:
    """Safe HTML of a text. Raises `TextTooHard` when it would cost too much to read."""
    document = read(markdown_text)
    return render_blocks(document.blocks, document.environment)


def render_inline(text: str) -> str:
    """Safe HTML of a single line, without a block around it. Raises `TextTooHard`."""
    html = render(" ".join(text.split()))
    return unwrapped(html)


def unwrapped(html: str) -> str:
    """`html` without its paragraph, when one paragraph is all there is."""
    inner = html.strip().removeprefix("<p>").removesuffix("</p>")
    return inner if "<p>" not in inner else html


def render_blocks(
    blocks: Sequence[Block], environment: dict[str, object], code: CodeWriter = highlighted
) -> str:
    """Safe HTML of some blocks of a document. `code` writes code blocks; its HTML is trusted."""
    marks = Marks(blocks, code)
    text = _agreed(blocks, environment)
    raw = marks.with_html(text, raw=True)
    clean = sanitise(raw)
    if text_of(clean) != text_of(raw):
        # Raw HTML such as an unfinished table would move text about: show it as text instead.
        clean = sanitise(marks.with_html(text, raw=False))
    return marks.with_code(clean)


def _agreed(blocks: Sequence[Block], environment: dict[str, object]) -> str:
    if not blocks:
        return ""
    certain = exact.write(blocks, environment)
    written = pythonmarkdown.write(canonical(blocks), environment).replace(_APART, "")
    if shape(written) == shape(certain):
        return written
    if len(blocks) == 1:
        return certain
    return "\n".join(_agreed([block], environment) for block in blocks)
