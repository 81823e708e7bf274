"""Ids of sections and steps: those that authors give, and slugs of the titles for the rest."""

from __future__ import annotations

import re
import unicodedata

from runbooks.procedure.parser.findings import Findings
from runbooks.procedure.parser.outline import Caption

_LONGEST = 60


class Ids:
    """Hands out ids, each once in a runbook. Claim what authors wrote before making others."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def claim(self, caption: Caption, line: int, findings: Findings) -> None:
        """Take the id that an author gave; a second one of the same name is an error."""
        if caption.id and caption.id in self._taken:
            findings.error(
                "duplicate_id",
                line,
                1,
                f"The id `{caption.id}` is given twice.",
                "Ids of sections and steps must differ.",
            )
        self._taken.add(caption.id)

    def make(self, title: str, otherwise: str) -> str:
        """A new id from a title; `otherwise` when the title has no letters or digits."""
        stem = slug(title) or otherwise
        key, number = stem, self._numbers.get(stem, 1)
        while key in self._taken:
            number += 1
            key = f"{stem}-{number}"
        self._numbers[stem] = number
        self._taken.add(key)
        return key


def slug(title: str) -> str:
    """A title as an id: lower-case ASCII letters and digits with hyphens, at most 60 characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower())[:_LONGEST].strip("-")
