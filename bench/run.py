"""Goes through the cases that were asked for. Imported after Django is set up."""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection

from bench.cases import CASES
from bench.results import Result, table
from bench.rounds import Effort
from bench.session import Session
from bench.worlds import embedded


def run(options: argparse.Namespace) -> int:
    """Measure, print, and write the JSON where that is wanted."""
    session = Session(Effort(options.rounds, options.repeat), rebuild=options.rebuild)
    wanted = {word.strip().upper() for word in options.only.split(",") if word.strip()}
    results = list(_results(session, wanted))
    machine = _machine()
    sys.stdout.write(f"\n{table(results)}\n\n{machine['database']}, Python {machine['python']}\n")
    if options.json:
        report = {**machine, "results": [result.as_json() for result in results]}
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


def _results(session: Session, wanted: set[str]) -> Iterator[Result]:
    for targets, measure in CASES:
        if wanted and not wanted & set(targets):
            continue
        sys.stderr.write(f"{', '.join(targets)} …\n")
        for result in measure(session):
            if not wanted or result.target in wanted:
                sys.stderr.write(f"  {result.label}: {result.measured:.2f} {result.verdict}\n")
                yield result


def _machine() -> dict[str, object]:
    """What the numbers were measured with."""
    if embedded():
        database = f"SQLite {sqlite3.sqlite_version}"
    else:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            database = f"PostgreSQL {cursor.fetchone()[0]}"
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "database": database,
        "python": platform.python_version(),
    }
