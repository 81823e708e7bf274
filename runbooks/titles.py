"""When two titles are one: capitals, blanks and signs that nobody can see make no other title."""

from __future__ import annotations

import re
import unicodedata

#: Signs that show nothing: Default_Ignorable_Code_Point of Unicode, and the blank of Braille.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def title_key(title: str) -> str:
    """What a title is told apart by; '' for one in which no letter can be seen."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    plain = unicodedata.normalize("NFKC", plain)
    seen = "".join(sign for sign in _UNSEEN.sub("", plain) if unicodedata.category(sign) != "Cf")
    if not any(unicodedata.category(sign).startswith("L") for sign in seen):
        return ""
    return " ".join(seen.split())
