"""Runbooks for tests, kept and approved by the product's own verbs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from runbooks import library
from runbooks.models import Revision

PLAIN = b"""---
title: Water the plants
---

- [ ] Fill the can

- [ ] Water each pot
"""


def kept(by: User, at: datetime, source: bytes = PLAIN, **more: Any) -> Revision:
    """A saved revision: the first of a new runbook unless `more` names one."""
    return library.save(source=source, by=by, at=at, **more)


def approved(by: User, approver: User, at: datetime, source: bytes = PLAIN) -> Revision:
    """A saved and approved revision."""
    return library.approve(kept(by, at, source), by=approver, at=at)
