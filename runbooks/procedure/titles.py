"""When two titles are one: capitals, blanks and signs that nobody can see make no other title."""

from __future__ import annotations

import unicodedata

from accounts.texts import visible


def title_key(title: str) -> str:
    """What a title is told apart by; '' for one in which no letter can be seen."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    plain = unicodedata.normalize("NFKC", plain)
    seen = visible(plain)
    if not any(unicodedata.category(sign).startswith("L") for sign in seen):
        return ""
    return " ".join(seen.split())
