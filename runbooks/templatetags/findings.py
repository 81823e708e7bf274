"""Findings as pages show them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import template

from runbooks.enums import Level
from runbooks.lint.findings import NotedFinding

register = template.Library()
_MARKS = {Level.ERROR: "bad", Level.WARNING: "warn", Level.HINT: "off"}


@dataclass(frozen=True)
class SentencePart:
    """A part of a sentence; `code` when it stood between backticks."""

    text: str
    code: bool


@register.filter
def pieces(sentence: str) -> list[SentencePart]:
    """A sentence of a finding, taken apart at its backticks; an unpaired one stays."""
    parts = re.split(r"`([^`]+)`", sentence)
    return [SentencePart(text, bool(place % 2)) for place, text in enumerate(parts) if text]


@register.filter
def mark(level: Level) -> str:
    """The shape and colour of a level, as the name of a `.status`."""
    return _MARKS[level]


@register.filter
def marked(note: NotedFinding) -> str:
    """The same for a finding that may be waived: then it has no weight."""
    return "off" if note.waived else mark(note.finding.level)
