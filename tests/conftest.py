"""The cast that plays in every test, and the one fixture that lifts the append-only triggers."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
