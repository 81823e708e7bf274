"""How long a text is: counted once, alike for pages, API and verbs, and in the browser's counter.

A line's end is one character, whatever its sender makes of it; a character is a code point.
"""

from __future__ import annotations


def plain_ends(text: str) -> str:
    """`text` with every line ended by LF. A browser sends CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def too_long(text: str, limit: int) -> str:
    """What to say when `text` has more than `limit` characters; '' when it fits."""
    length = len(plain_ends(text))
    if length <= limit:
        return ""
    return f"This has {length:,} characters; at most {limit:,} characters fit. Shorten it."
