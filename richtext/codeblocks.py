"""Code blocks with Pygments' classes; colours live in the style sheet."""

from __future__ import annotations

from html import escape

from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from richtext.marks import plain_code

# Highlighting is for reading; beyond this it costs more than it gives.
MAX_HIGHLIGHTED = 10_000
# Without a prefix, Pygments' `go` and `no` are those of the buttons and numbers of the pages.
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True, classprefix="code-")


def label_of(token: Token) -> str:
    """The label of a fenced block in lower case, '' when it has none."""
    words = token.info.split()
    return words[0].lower() if words and token.type == "fence" else ""


def highlighted(token: Token) -> str:
    """HTML of a code block: coloured when its label is a language that Pygments knows."""
    label = label_of(token)
    if not label or len(token.content) > MAX_HIGHLIGHTED:
        return plain_code(token)
    try:
        lexer = get_lexer_by_name(label, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return plain_code(token)
    code = highlight(token.content, lexer, _FORMATTER)
    return (
        f'<div class="highlight"><pre><code class="language-{escape(label)}">'
        f"{code}</code></pre></div>\n"
    )
