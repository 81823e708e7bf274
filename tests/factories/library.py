"""Runbooks for tests, kept and approved by the product's own verbs."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from accounts.models import User
from runbooks.library import revisions
from runbooks.lint.findings import lint_text
from runbooks.lint.rules import RULES
from runbooks.models import Revision
from runbooks.procedure.parser import parse

PLAIN = b"""---
title: Water the plants
---

- [ ] Fill the can

- [ ] Water each pot
"""
#: A text that may not be approved as it is: its command destroys, and nothing stands before it.
DESTROYING = b"""---
title: Water the plants
---

- [ ] Pour out the pots

  ```sh
  rm -r /srv/pots
  ```

- [ ] Water each pot
"""
_WAIVED = re.compile(rb"^waive: \{(.*)\}$", re.MULTILINE)


def kept(by: User, at: datetime, source: bytes = PLAIN, **more: Any) -> Revision:
    """A saved revision: the first of a new runbook unless `more` names one."""
    return revisions.save(source=source, by=by, at=at, **more)


def approved(by: User, approver: User, at: datetime, source: bytes = PLAIN) -> Revision:
    """A saved and approved revision of `waiving(source)`."""
    return approve(kept(by, at, waiving(source)), by=approver, at=at)


def approve(revision: Revision, *, by: User, at: datetime) -> Revision:
    """Approve a kept text, with an eye on each of its waivers."""
    codes = [code for code, _ in revision.procedure["waive"]]
    return revisions.approve(revision, by=by, at=at, waivers_seen=codes)


def waiving(source: bytes) -> bytes:
    """`source` with a waiver for each rule of the linter against which it has an error.

    A text of a test shows one thing, and has none of the steps that make a real one safe. Texts
    without errors come back as they are.
    """
    procedure = parse(source).procedure
    findings = lint_text(procedure, source).errors
    waivers = b", ".join(
        b'%s: "a text of a test"' % code.encode()
        for code in sorted({finding.code for finding in findings} & set(RULES))
    )
    if not waivers:
        return source
    if _WAIVED.search(source):
        return _WAIVED.sub(rb"waive: {\1, " + waivers + b"}", source)
    if source.startswith(b"---\n"):
        return source.replace(b"\n---\n", b"\nwaive: {" + waivers + b"}\n---\n", 1)
    return b"---\nwaive: {" + waivers + b"}\n---\n" + source
