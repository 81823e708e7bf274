"""Pages about people and their tokens."""

from __future__ import annotations
