"""Events of runs and incidents, sent to addresses that an admin has named."""

from __future__ import annotations
