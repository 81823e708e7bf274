"""What HTML may reach a page. One profile for everything that people write.

Tags outside the profile are not dropped but shown as text: `<instance name>` is a placeholder
that somebody has to read, not markup.
"""

from __future__ import annotations

import re
from html import escape

import nh3

TAGS = frozenset(
    re.findall(
        r"\w+",
        """
        a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd
        li mark ol p pre q s small span strong sub summary sup table tbody td tfoot th thead tr
        u ul
        """,
    )
)
_ATTRIBUTES = {
    "*": {"id"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "details": {"open"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}
_SCHEMES = {"http", "https", "mailto"}
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?:\s[^<>]*)?/?>|<", re.DOTALL)


def tame(html: str) -> str:
    """Raw HTML of an author in which only tags of the profile are tags. Comments disappear, as
    their authors expect; every other `<` becomes text."""

    def judge(match: re.Match[str]) -> str:
        if (match[1] or "").lower() in TAGS:
            return match[0]
        return escape(match[0], quote=False)

    return _TAG.sub(judge, _without_comments(html))


def literal(html: str) -> str:
    """Raw HTML of an author as a paragraph of text; comments disappear."""
    text = _without_comments(html)
    return f"<p>{escape(text, quote=False)}</p>" if text.strip() else ""


def _without_comments(html: str) -> str:
    """`html` without its comments; one that is never closed is none. One pass."""
    kept, place = [], 0
    while (begun := html.find("<!--", place)) >= 0 and (end := html.find("-->", begun + 4)) >= 0:
        kept.append(html[place:begun])
        place = end + 3
    return "".join(kept) + html[place:]


def sanitise(html: str) -> str:
    """Safe HTML: no script, style, class or outside image; ids of authors begin with `md-`; links
    tell no one where the reader came from."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "id":
        return f"md-{value}"
    if name == "href" and value.startswith("#"):
        return f"#md-{value[1:]}"
    if name == "align":
        return value if value in ("left", "center", "right") else None
    if name in ("start", "colspan", "rowspan"):
        return value if value.isdecimal() and len(value) < 10 else None
    return value
