"""What is asked of every text that people type: how long it is, counted once, alike for pages, API
and verbs, and in the browser's counter; and that it says something.

A line's end is one character, whatever its sender makes of it; a character is a code point.
"""

from __future__ import annotations

import re
import unicodedata

#: Signs that show nothing: Default_Ignorable_Code_Point of Unicode, and the blank of Braille.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: What is said where a text is needed that people can read.
UNREADABLE = "Use at least one letter or digit."


def plain_ends(text: str) -> str:
    """`text` with every line ended by LF. A browser sends CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def too_long(text: str, limit: int) -> str:
    """What to say when `text` has more than `limit` characters; '' when it fits."""
    length = len(plain_ends(text))
    if length <= limit:
        return ""
    return f"This has {length:,} characters; at most {limit:,} characters fit. Shorten it."


def visible(text: str) -> str:
    """`text` without the signs that show nothing."""
    shown = _UNSEEN.sub("", text)
    return "".join(sign for sign in shown if unicodedata.category(sign) != "Cf")


def says_something(text: str) -> bool:
    """Whether a letter or a digit can be seen in `text`, of whatever script. Dots, dashes and
    pictures name nothing and give no reason."""
    return any(unicodedata.category(sign)[0] in "LN" for sign in visible(text))


def full_stop(text: str) -> str:
    """`text` with the full stop that it needs before another sentence follows; '' for none."""
    clean = text.strip()
    return clean if not clean or clean[-1] in ".!?…" else f"{clean}."
