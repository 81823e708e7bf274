"""Marks: what stands for code and raw HTML while a text goes through Python-Markdown.

Code must reach the page byte for byte and raw HTML must be judged by one rule, so neither is shown
to Python-Markdown: it sees a word between two noncharacters that no author can write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape

from markdown_it.token import Token

from richtext.reader import Block
from richtext.sanitise import literal, tame

OPEN, CLOSE = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"(?:<p>)?{OPEN}([ch])(\\d+){CLOSE}(?:</p>)?")
_CODE = frozenset({"fence", "code_block"})

CodeWriter = Callable[[Token], str]


class Marks:
    """The code and raw HTML taken out of some blocks; gives each its mark and puts it back."""

    def __init__(self, blocks: Iterable[Block], code: CodeWriter) -> None:
        self._code: list[str] = []
        self._html: list[str] = []
        for token in _tokens(blocks):
            if token.type in _CODE:
                token.meta["mark"] = f"{OPEN}c{len(self._code)}{CLOSE}"
                self._code.append(code(token))
            elif token.type == "html_block":
                token.meta["mark"] = f"{OPEN}h{len(self._html)}{CLOSE}"
                self._html.append(token.content)

    def with_html(self, text: str, *, raw: bool) -> str:
        """Put the raw HTML back: tamed, or, when not `raw`, as text one can read."""
        show = tame if raw else literal

        def put(match: re.Match[str]) -> str:
            return show(self._html[int(match[2])]) if match[1] == "h" else match[0]

        return _MARK.sub(put, text)

    def with_code(self, text: str) -> str:
        """Put the code back, into HTML that is already clean."""

        def put(match: re.Match[str]) -> str:
            return self._code[int(match[2])] if match[1] == "c" else match[0]

        return _MARK.sub(put, text)


def plain_code(token: Token) -> str:
    """A code block without highlighting."""
    words = token.info.split()
    label = f' class="language-{escape(words[0].lower())}"' if words else ""
    return f"<pre><code{label}>{escape(token.content, quote=False)}</code></pre>\n"


def _tokens(blocks: Iterable[Block]) -> Iterator[Token]:
    for block in blocks:
        yield from block.tokens()
