"""Pages of the inventory."""

from __future__ import annotations
