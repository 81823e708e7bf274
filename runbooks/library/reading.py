"""Reading a runbook's text against the house: what the parser says, and whether its system and its
title fit what is already here."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from accounts.texts import visible
from inventory.models import System
from runbooks.enums import Level
from runbooks.models import Runbook
from runbooks.procedure.model import Finding, Procedure
from runbooks.procedure.parser import parse


@dataclass(frozen=True)
class TextReading:
    """A text as it was understood. `procedure` is None when it could not be read at all; `system`
    is the one that its front matter names, None when it names none or an unknown one."""

    procedure: Procedure | None
    system: System | None
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        return any(f.level is Level.ERROR for f in self.findings)


def read(source: bytes, *, name: str = "", runbook: Runbook | None = None) -> TextReading:
    """What `source` says, with the findings of the parser and of the library in the order of the
    lines. `name` is the file's name; `runbook` the one whose next revision it would be, which may
    keep its own title. Raises nothing for any bytes whatever."""
    parsed = parse(source, name=name)
    if parsed.procedure is None:
        return TextReading(None, None, tuple(parsed.findings))
    findings = list(parsed.findings)
    system = None
    if wanted := parsed.procedure.system:
        system, finding = _system(wanted, _line_of(source, "system"))
        if finding:
            findings.append(finding)
    title = parsed.procedure.title
    key = title_key(title)
    if not key:
        findings.append(title_unseen(_line_of(source, "title")))
    others = Runbook.objects.filter(title_key=key)
    if runbook is not None:
        others = others.exclude(pk=runbook.pk)
    if key and (other := others.first()):
        findings.append(title_taken(other.title, _line_of(source, "title")))
    return TextReading(parsed.procedure, system, tuple(sorted(findings, key=_place)))


@lru_cache(maxsize=128)
def doubts(source: bytes) -> tuple[Finding, ...]:
    """What today's parser has to say about a text that is kept. Not stored with it, so that an old
    text is read with the eyes of today; computed once for each text in each process."""
    return tuple(parse(source).findings)


def title_taken(title: str, line: int) -> Finding:
    """Two runbooks with one title would be mixed up at the worst moment."""
    return Finding(
        "library.title",
        Level.ERROR,
        line,
        1,
        f"Another runbook is already called “{title}”.",
        "Give this one a title of its own, or save this text as a new revision of the other one.",
    )


def title_unseen(line: int) -> Finding:
    """A runbook is called by its title."""
    return Finding(
        "library.title",
        Level.ERROR,
        line,
        1,
        "No letter can be seen in the title.",
        "Give the runbook a title that people can say, with letters.",
    )


def _system(wanted: str, line: int) -> tuple[System | None, Finding | None]:
    systems = list(System.objects.all())
    for system in systems:
        if wanted.casefold() in {system.slug.casefold(), system.name.casefold()}:
            return system, None
    known = {name: s.slug for s in systems for name in (s.slug.casefold(), s.name.casefold())}
    near = difflib.get_close_matches(wanted.casefold(), known, n=1, cutoff=0.5)
    if near:
        advice = f"Did you mean `{known[near[0]]}`?"
    elif systems:
        advice = "Known systems: " + ", ".join(f"`{s.slug}`" for s in systems[:8]) + "."
    else:
        advice = "Add the system to the inventory first, or leave the line out."
    sentence = f"The inventory knows no system `{wanted}`."
    return None, Finding("library.system", Level.ERROR, line, 1, sentence, advice)


def _line_of(source: bytes, key: str) -> int:
    """The line, from 1, of a key of the front matter; 1 when it is not found."""
    text = source.decode("utf-8-sig", errors="replace")
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if number > 1 and line.rstrip() in {"---", "..."}:
            break
        if re.match(rf"['\"]?{key}['\"]?\s*:", line):
            return number
    return 1


def _place(finding: Finding) -> tuple[int, int]:
    return finding.line, finding.column


def title_key(title: str) -> str:
    """What equal titles share: case, blanks and invisible signs make no other title. '' for one
    in which no letter can be seen."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    plain = unicodedata.normalize("NFKC", plain)
    seen = visible(plain)
    if not any(unicodedata.category(sign).startswith("L") for sign in seen):
        return ""
    return " ".join(seen.split())
