"""Runbooks of other people as an author would bring them in: what they number, or what stands above
a command, becomes a step. Rough, and good enough to see what the linter says of real prose."""

from __future__ import annotations

import re

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[[ xX]\]\s", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*)(\d+[.)]|\d*[a-z]\))\s+(?=\S)")
_HEADING = re.compile(r"^#{1,6}\s")


def with_steps(text: str) -> str:
    """The text with task items. What has some stays as it is."""
    if _TASK.search(text):
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    begin = _end_of_front_matter(lines)
    inside = _code_lines(lines)
    numbered = [n for n in range(begin, len(lines)) if _is_numbered(lines[n], inside[n])]
    starts = set(numbered) if len(numbered) > 1 else _above_commands(lines, begin, inside)
    return "\n".join(lines[:begin] + _as_items(lines, begin, inside, starts))


def _is_numbered(line: str, inside: bool) -> bool:
    return not inside and bool(_NUMBERED.match(line)) and not line.startswith(" ")


def _end_of_front_matter(lines: list[str]) -> int:
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((n + 1 for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)


def _code_lines(lines: list[str]) -> list[bool]:
    inside: list[bool] = []
    mark = ""
    for line in lines:
        match = _FENCE.match(line)
        inside.append(bool(mark or match))
        if match and not mark:
            mark = match[1]
        elif match and line.strip(" \t>") == mark:
            mark = ""
    return inside


def _above_commands(lines: list[str], begin: int, inside: list[bool]) -> set[int]:
    """Where the paragraphs and headings begin that stand right above a block of code."""
    starts = set()
    for place in range(begin, len(lines)):
        if not inside[place] or (place and inside[place - 1]) or lines[place].startswith(" "):
            continue
        above = place - 1
        while above >= begin and not lines[above].strip():
            above -= 1
        while above > begin and lines[above - 1].strip() and not inside[above - 1]:
            if _HEADING.match(lines[above]):
                break
            above -= 1
        if above >= begin and not inside[above]:
            starts.add(above)
    return starts


def _as_items(lines: list[str], begin: int, inside: list[bool], starts: set[int]) -> list[str]:
    made: list[str] = []
    width: int | None = None
    for place in range(begin, len(lines)):
        line = lines[place]
        if place in starts:
            marker = _NUMBERED.match(line)
            width = marker.end() if marker else 0
            made += ["", "- [ ] " + re.sub(r"^[#>\s]+", "", line[width:])]
        elif _HEADING.match(line) and not inside[place]:
            made += ["", line]
            width = None
        elif width is None or not line.strip():
            made.append(line)
        else:
            blank = len(line) - len(line.lstrip(" "))
            made.append("  " + line[min(blank, width) :])
    return made
