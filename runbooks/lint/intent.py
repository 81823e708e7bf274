"""What the words of a runbook say it is for, where neither its front matter nor a guard does."""

from __future__ import annotations

import re

#: The title of a runbook that puts data back.
RESTORES = re.compile(r"\b(?:restor(?:e|es|ing|ation)|disaster[ -]recovery)\b", re.IGNORECASE)
#: The title of one that only tries it, or looks whether it worked.
TRIES = re.compile(
    r"\b(?:test\w*|trials?|try|drills?|rehears\w+|practi[cs]\w+|check\w*|verif\w+|confirm\w*)\b",
    re.IGNORECASE,
)
#: The title of a step that restores, at the shell or in a console.
DOES_RESTORE = re.compile(
    r"^\W*(?:restore|import|recover)\b|\b(?:choose|click|press|select|run|start|create|perform"
    r"|execute|launch)\b[^.\n]{0,60}\brestor(?:e|ing)\b",
    re.IGNORECASE,
)
#: What introduces a restore beside what is there: into something new.
BESIDE = re.compile(
    r"\bnever overwrites?\b|\bnamed differently\b|\bbeside the\b"
    r"|\b(?:creat\w+|into|to|makes?|under|in|on) (?:\w+ )?(?:new|fresh|empty|separate|scratch)"
    r" (?:\w+ )?"
    r"(?:name|table|database|instance|cluster|resource|server|volume|disk|director\w+)\b",
    re.IGNORECASE,
)
#: What says that a disk is made or attached, or that it is a new one.
FOR_NEW_DISK = re.compile(
    r"\b(?:creat|attach|add|provision|order|plug in|insert)\w*\b[^.\n]{0,40}"
    r"\b(?:disk|volume|drive)s?\b|\b(?:new|empty|blank|fresh) (?:\w+ )?(?:disk|volume|drive)s?\b",
    re.IGNORECASE,
)
