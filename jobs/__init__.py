"""Background work: a table of jobs, written with what they belong to, and who does them."""

from __future__ import annotations
