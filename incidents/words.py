"""Facts of an incident in plain words, as the history keeps them and the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from incidents.enums import Certainty
from inventory import times

_BEFORE = {Certainty.EXACT: "", Certainty.ABOUT: "about ", Certainty.GUESSED: "guessed: "}
_LONGEST = 120


def when(moment: datetime, certainty: Certainty | str) -> str:
    """A moment with how sure it is: "about 2026-11-22 03:10 UTC". A guess is never shown bare."""
    return _BEFORE[Certainty(certainty)] + times.stamp(moment)


def label(field: str) -> str:
    """What people call a field of the history: "what happened", "began"."""
    return field.replace("_", " ")


def shortened(text: str) -> str:
    """`text` on one line, cut with an ellipsis where a sentence would become a page."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def change(verb: str, fields: Mapping[str, list[str]]) -> str:
    """One line of the history: "judged it (severity from “not judged yet” to “severity 2”)"."""
    said = []
    for name, (old, new) in fields.items():
        if old and new:
            said.append(f"{label(name)} from “{shortened(old)}” to “{shortened(new)}”")
        else:
            gone = "" if new else " removed"
            said.append(f"{label(name)} “{shortened(new or old)}”{gone}")
    return f"{verb} ({'; '.join(said)})" if said else verb
