"""Code that a text writes as HTML, in `<pre>`, `<code>`, `<kbd>` or `<samp>`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_OPENS = re.compile(r"<(?P<tag>pre|code|kbd|samp)(?=[\s>])[^<>]{0,500}>", re.IGNORECASE)
_CLOSES = {tag: re.compile(f"</{tag}>", re.IGNORECASE) for tag in ("pre", "code", "kbd", "samp")}
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


def html_code(text: str) -> Iterator[tuple[int, str]]:
    """The offset and the plain text of each piece of code that is written as HTML in `text`. What
    is never closed is none."""
    after = 0
    unclosed: set[str] = set()
    for match in _OPENS.finditer(text):
        tag = match["tag"].lower()
        if match.start() < after or tag in unclosed:
            continue
        closed = _CLOSES[tag].search(text, match.end())
        if closed is None:
            unclosed.add(tag)
            continue
        after = closed.end()
        yield match.end(), unescape(_TAG.sub("", text[match.end() : closed.start()]))
