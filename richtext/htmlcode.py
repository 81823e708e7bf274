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
    for found in _OPENS.finditer(text):
        tag = found["tag"].lower()
        if found.start() < after or tag in unclosed:
            continue
        closed = _CLOSES[tag].search(text, found.end())
        if closed is None:
            unclosed.add(tag)
            continue
        after = closed.end()
        yield found.end(), unescape(_TAG.sub("", text[found.end() : closed.start()]))
