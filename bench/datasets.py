"""The data of the worlds, in parts that are made once each."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import connection

from bench import chains, history
from bench.models import Made
from bench.people import Cast

#: World → incidents in it, runs of 500 events in it.
SIZES = {"1k": (1_000, 2), "10k": (10_000, 2), "100k": (100_000, 2_000)}
VERSION = 1  # of the makers: a new one asks for --rebuild


class OutOfDate(Exception):
    """The kept data was made by another version of the harness."""


def incidents(world: str, cast: Cast) -> None:
    """The incidents of the world, which is entered."""
    _once("incidents", lambda: history.fill(cast, SIZES[world][0]))


def logs(world: str, cast: Cast) -> None:
    """The runs with their chained events of the world, which is entered."""
    _once("logs", lambda: chains.fill(cast, SIZES[world][1]))


def _once(part: str, make: Callable[[], None]) -> None:
    """Raises `OutOfDate` when it was made by another version, or only half."""
    made = Made.objects.filter(part=part).first()
    if made is not None and made.version == VERSION:
        return
    if made is not None:
        raise OutOfDate(f"The {part} here are half made or of another version: add --rebuild.")
    sys.stderr.write(f"  making the {part} (once)\n")
    Made.objects.create(part=part, version=0)
    make()
    if connection.vendor == "postgresql":  # what autovacuum does within a minute; SQLite does not
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    Made.objects.filter(part=part).update(version=VERSION)
