"""`python -m bench`: make the data where it is missing, measure, and print a table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, whatever was measured; verdicts are for people to read."""
    options = _options(arguments)
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder}/bench.sqlite3" if options.database == "sqlite" else options.database
    os.environ["COUNTERSIGN_DATA"] = str(folder)
    os.environ["DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    # By name: they import models, which cannot be imported before django.setup().
    return int(import_module("bench.run").run(options))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help="targets, separated by commas: T1,T7")
    parser.add_argument(
        "--database",
        default="sqlite",
        help="sqlite, or postgres://user@host/name: databases are made there, called name_1k and so"
        " on; they are filled with made-up data, so give a name that nothing else uses",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=ROOT / "data" / "bench",
        help="where the SQLite files and the evidence are kept between runs (data/bench)",
    )
    parser.add_argument("--rounds", type=int, default=60, help="calls of each case a repeat (60)")
    parser.add_argument("--repeat", type=int, default=3, help="repeats; their median counts (3)")
    parser.add_argument("--quick", action="store_true", help="10 rounds, once: a first look")
    parser.add_argument("--rebuild", action="store_true", help="make the databases anew")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as well")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.repeat = 10, 1
    return options


if __name__ == "__main__":
    sys.exit(main())
