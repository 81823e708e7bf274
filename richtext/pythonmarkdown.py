"""Python-Markdown, set up for canonical text."""

from __future__ import annotations

import re
import string
import threading
from typing import Any
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from pymdownx.magiclink import MagiclinkExtension
from pymdownx.tilde import DeleteSubExtension

from richtext.sanitise import tame

_INLINE_HTML = r"(<!--.*?-->|</?[A-Za-z][^<>]*>)"
_local = threading.local()


class _InlineHtml(InlineProcessor):
    """Raw HTML inside a line: tags of the profile stay, comments go, anything else is text."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Python-Markdown's name
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        shown = tame(m[1])
        return self.md.htmlStash.store(shown), m.start(0), m.end(0)


class _ImagesAsLinks(Treeprocessor):
    """No page loads a picture from elsewhere: an image becomes a link with its description."""

    def run(self, root: Element) -> None:
        self._visit(root, inside_link=False)

    def _visit(self, element: Element, *, inside_link: bool) -> None:
        if element.tag == "img":
            source = element.get("src", "")
            text = element.get("alt") or source
            element.tag = "span" if inside_link else "a"
            element.attrib.clear()
            if not inside_link:
                element.set("href", source)
            element.text = text
        for child in element:
            self._visit(child, inside_link=inside_link or element.tag == "a")


def write(text: str, environment: dict[str, Any]) -> str:
    """HTML of canonical Markdown, not yet clean. `environment` gives the reference definitions
    that the exact reader found in the whole document."""
    writer: markdown.Markdown | None = getattr(_local, "writer", None)
    if writer is None:  # an instance may not be shared between threads
        writer = _local.writer = _writer()
    writer.reset()
    for label, target in environment.get("references", {}).items():
        # Python-Markdown looks labels up in lower case, the exact reader in upper case.
        writer.references[label.lower()] = (target["href"], target.get("title", ""))
    return writer.convert(text)


def _writer() -> markdown.Markdown:
    writer = markdown.Markdown(
        extensions=[
            TableExtension(use_align_attribute=True),
            "sane_lists",
            DeleteSubExtension(subscript=False),
            MagiclinkExtension(),
        ]
    )
    writer.ESCAPED_CHARS = list(string.punctuation)
    writer.preprocessors.deregister("html_block")
    writer.parser.blockprocessors.deregister("reference")
    writer.inlinePatterns.deregister("html")
    writer.inlinePatterns.register(_InlineHtml(_INLINE_HTML, writer), "html", 90)
    writer.treeprocessors.register(_ImagesAsLinks(writer), "images", 5)
    return writer
