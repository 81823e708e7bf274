"""The one clock that moves are judged by: the database's, whichever process they arrive at.

PostgreSQL says what time it is in the statement that locks the run. SQLite is a file on the one
machine that serves it, and has the clock of that machine.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone


def column() -> str:
    """The clock as a column of a statement; what it gives is for `read`."""
    return "clock_timestamp()" if connection.vendor == "postgresql" else "NULL"


def read(value: datetime | None) -> datetime:
    """The moment (aware) that `column` gave."""
    return value or timezone.now()


def now() -> datetime:
    """The moment, in a statement of its own where the clock is not ours."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column()}")
        moment: datetime = cursor.fetchone()[0]
    return moment
