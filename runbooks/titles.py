"""When two titles are one: capitals, blanks and signs that nobody can see make no other title."""

from __future__ import annotations

import unicodedata

#: Letters by their category that show nothing: the fillers of Hangul.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0")


def title_key(title: str) -> str:
    """What a title is told apart by; '' for one in which no letter can be seen."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    plain = unicodedata.normalize("NFKC", plain)
    seen = "".join(
        sign for sign in plain if sign not in _BLANK and unicodedata.category(sign) != "Cf"
    )
    if not any(unicodedata.category(sign).startswith("L") for sign in seen):
        return ""
    return " ".join(seen.split())
