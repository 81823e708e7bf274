"""The shape of HTML: what a reader meets, in order, whatever tags carry it.

Two renderings of one text agree when their shapes are equal: the same words in the same order in
the same containers, the same items, headings, cells, quotations, and links to the same places.
"""

from __future__ import annotations

from html.parser import HTMLParser

_CONTAINERS = frozenset({"ul", "ol", "li", "blockquote"})
_EVENTS = _CONTAINERS | {"h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "hr"}
_BLOCKS = _EVENTS | {"p", "pre", "table", "thead", "tbody", "div", "details", "summary"}


class _Shape(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[str] = []
        self.words: list[str] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self._text))
        elif tag == "br":
            self._text.append(" ")
        elif tag in _BLOCKS:
            self.flush()
        if tag in _EVENTS:
            start = dict(attrs).get("start", "1") if tag == "ol" else ""
            self.events.append(f"<{tag}{start}>")
        if tag in _CONTAINERS:
            self._path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link is not None:
            href, position = self._link
            text = "".join(self._text[position:])
            # An address that is its own text may be a link to one reader and text to the other.
            if href not in (text, f"mailto:{text}", f"http://{text}", f"https://{text}"):
                self.events.append(f"-> {href}")
            self._link = None
        elif tag in _BLOCKS:
            self.flush()
        if tag in _CONTAINERS and tag in self._path:
            while self._path.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def flush(self) -> None:
        words = "".join(self._text).split()
        if words:
            self.events += ["/".join(["", *self._path]), *words]
            self.words += words
        self._text = []


def shape(html: str) -> list[str]:
    """The shape of some HTML: containers, words and link targets in order."""
    return _read(html).events


def text_of(html: str) -> str:
    """The text alone, in order, without white space (which markup may add or take away)."""
    return "".join(_read(html).words)


def _read(html: str) -> _Shape:
    reader = _Shape()
    reader.feed(html)
    reader.close()
    reader.flush()
    return reader
