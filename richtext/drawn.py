"""Signs that cannot be seen, drawn so that they can; in code also those that look like others.

What is drawn holds the sign itself, so what is copied is what is there; the style sheet writes the
code point beside it. Words written from right to left are isolated in code: the words beside them
stay where they are in the text.
"""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import groupby

from richtext.signs import HIDDEN, SUSPECT, Sign, SignKind, code, named, signs

# A tag (its attributes stand between double quotes), or the text between two.
_PIECE = re.compile(r'<(?P<name>/?[\w-]+)(?:[^<>"]|"[^"]*+")*+>|[^<]++|<')
_CODE = frozenset({"code", "pre", "kbd", "samp"})
_NOT_PLAIN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\U0010ffff]|&nbsp;")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]+"
)
#: What stands for a sign that was taken out of a text when it was read.
LOST = "\ufffd"


def drawn(html: str) -> str:
    """Clean HTML with its signs drawn: in code all of `richtext.signs`, elsewhere those that change
    the order of what is shown, and control characters."""
    if not _NOT_PLAIN.search(html):
        return html
    parts, depth = [], 0
    for piece in _PIECE.finditer(html):
        name = (piece["name"] or "").lower()
        if name.lstrip("/") in _CODE:
            depth += -1 if name.startswith("/") else 1
        parts.append(piece[0] if name else _text(piece[0], in_code=depth > 0))
    return "".join(parts)


def drawn_text(text: str) -> str:
    """Plain text of a command or a source as safe HTML, with its signs drawn."""
    return _code(text) if SUSPECT.search(text) else escape(text, quote=False)


def _text(html: str, *, in_code: bool) -> str:
    if not _NOT_PLAIN.search(html):
        return html
    text = unescape(html)
    return _code(text) if in_code else _prose(text)


def _prose(text: str) -> str:
    wanted = {SignKind.REORDERING, SignKind.CONTROL}
    return _put(text, [sign for sign in signs(text) if sign.kind in wanted])


def _code(text: str) -> str:
    lost = (Sign(at.start(), LOST, SignKind.CONTROL) for at in re.finditer(LOST, text))
    met = sorted([*signs(text), *lost], key=lambda sign: sign.place)
    return _put(text, met, isolate=True)


def _put(text: str, suspects: list[Sign], *, isolate: bool = False) -> str:
    """`text` with the signs drawn; equal ones in a row are drawn once, with their count."""
    parts, read = [], 0
    for _, group in groupby(enumerate(suspects), lambda it: (it[1].text, it[1].place - it[0])):
        run = [sign for _, sign in group]
        sign, count = run[0], len(run)
        parts += [_between(text[read : sign.place], isolate), _draw(sign, count)]
        read = sign.place + count
    return "".join([*parts, _between(text[read:], isolate)])


def _between(text: str, isolate: bool) -> str:
    html = escape(text, quote=False).replace("\u00a0", "&nbsp;")
    return _RIGHT_TO_LEFT.sub(r"<bdi>\g<0></bdi>", html) if isolate else html


def _draw(sign: Sign, count: int) -> str:
    """The sign in an element that names it, and says its code point where nothing else is seen."""
    times = f" × {count}" if count > 1 else ""
    name = escape(named(sign.text) + times)
    shows = sign.kind in HIDDEN or sign.kind is SignKind.BLANK
    point = f' data-sign="{code(sign.text)}{times}"' if shows else ""
    return (
        f'<span class="strange"{point} title="{name}" role="img" aria-label="{name}">'
        f"{escape(sign.text * count, quote=False)}</span>"
    )
