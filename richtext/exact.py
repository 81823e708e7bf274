"""The exact reader's own HTML: what Python-Markdown's is compared with, and what stands in for it
where the two differ."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from richtext.canonical import alignment
from richtext.reader import READER, Block
from richtext.sanitise import tame


class _Writer(RendererHTML):
    """Marks for code and raw HTML, alignment without style, links in the place of images."""

    def fence(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return f"<p>{tokens[idx].meta['mark']}</p>\n"

    def code_block(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return self.fence(tokens, idx)

    def html_block(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return self.fence(tokens, idx)

    def html_inline(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return tame(tokens[idx].content)

    def th_open(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        token = tokens[idx]
        align = alignment(token)
        return f'<{token.tag} align="{align}">' if align else f"<{token.tag}>"

    td_open = th_open

    def image(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[idx]
        source = str(token.attrGet("src") or "")
        alt = self.renderInlineAsText(token.children, options, env) or source
        depth = sum((t.type == "link_open") - (t.type == "link_close") for t in tokens[:idx])
        return escape(alt) if depth else f'<a href="{escape(source)}">{escape(alt)}</a>'


_WRITER = _Writer()


def write(blocks: Sequence[Block], environment: dict[str, object]) -> str:
    """HTML of the blocks, not yet clean; code and raw HTML as marks."""
    tokens = [token for block in blocks for token in block.tokens()]
    return str(_WRITER.render(tokens, READER.options, environment))
