"""`python -m tests.soak --seeds 500`: play on a database of its own kind, print what happened."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.hashers import PBKDF2PasswordHasher  # noqa: E402
from django.db import connections  # noqa: E402

from tests.runbooks.live.live_world import open_world  # noqa: E402
from tests.soak.round import Round  # noqa: E402
from tests.soak.stage import Stage  # noqa: E402


def main() -> int:
    """0 when every seed left a whole log; 1 with the seeds that did not."""
    options = _options()
    PBKDF2PasswordHasher.iterations = 1  # nobody is to be kept out, and much is signed
    with tempfile.TemporaryDirectory() as folder, open_world(_Unblocked(), Path(folder)):
        stage = Stage.build()
        bad = 0
        for seed in range(options.first, options.first + options.seeds):
            given = (options.players, options.moves, options.kills)
            faults = Round(seed, stage, Path(folder), *given).play()
            bad += bool(faults.faults)
            print(json.dumps(asdict(faults)), flush=True)
        vendor = connections["default"].vendor
        connections.close_all()
    print(f"{options.seeds} seeds on {vendor}, {bad} with faults", file=sys.stderr)
    return 1 if bad else 0


class _Unblocked:
    """`open_world` is also used where pytest keeps the database shut."""

    def unblock(self) -> tempfile.SpooledTemporaryFile[bytes]:
        return tempfile.SpooledTemporaryFile()  # any context manager


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    for name, default, words in (
        ("seeds", 100, "rounds to play"),
        ("first", 1, "number of the first seed"),
        ("players", 3, "processes at once"),
        ("moves", 12, "moves of each process"),
        ("kills", 3, "processes killed in a round"),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{words} ({default})")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
