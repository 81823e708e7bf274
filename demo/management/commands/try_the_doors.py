"""`manage.py try_the_doors`: every way around a guard that was once found, tried again."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from demo import load
from demo.attempts import ATTEMPTS
from demo.attempts.trying import HEAD_START, Attempt, GotThrough, World
from inventory.models import System

WIDTH = 96
_INDENT = " " * 5


class Command(BaseCommand):
    """Plays them in a database of its own, in a folder that is removed; yours is not touched."""

    help = "Try every way around a guard; ends with 1 if one of them gets through."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--here",
            action="store_true",
            help="play in this database, which must be empty, and take it all back",
        )
        parser.add_argument("--point", type=int, help="only the attempts of this point")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["here"]:
            self.play(options["point"])
            return
        with TemporaryDirectory(prefix="countersign-doors-") as folder:
            apart = {**os.environ, "COUNTERSIGN_DATA": folder, "DATABASE_URL": ""}
            point = [] if options["point"] is None else [f"--point={options['point']}"]
            for command in (["migrate", "-v0"], ["try_the_doors", "--here", *point]):
                ended = subprocess.run(  # noqa: S603 - our own command, with words of our own
                    [sys.executable, sys.argv[0], *command], env=apart
                )
                if ended.returncode:
                    raise SystemExit(ended.returncode)

    def play(self, point: int | None) -> None:
        """Each attempt in a savepoint of its own, all in one transaction that is taken back."""
        if System.objects.exists():
            raise CommandError("This database is in use. Leave --here out.")
        chosen = [attempt for attempt in ATTEMPTS if point in (None, attempt.point)]
        through = 0
        with transaction.atomic():
            load.load(at=timezone.now() - HEAD_START)
            for attempt in chosen:
                through += not self.holds(attempt)
            transaction.set_rollback(True)
        if through:
            raise CommandError(f"{through} of {len(chosen)} attempts got through.")
        self.stdout.write(f"{len(chosen)} attempts, none got through. Nothing of this was kept.\n")

    def holds(self, attempt: Attempt) -> bool:
        """Make one attempt and take it back; whether it was refused."""
        self.write(f"{attempt.tried}.", f"{attempt.point:<{len(_INDENT)}}")
        with transaction.atomic():
            try:
                answer = attempt.deed(World(timezone.now() - HEAD_START))
            except GotThrough as error:
                self.write(f"{self.style.ERROR('GOT THROUGH')} {error}\n", _INDENT)
                return False
            finally:
                transaction.set_rollback(True)
        self.write(f"{self.style.SUCCESS('HELD')} {answer}\n", _INDENT)
        return True

    def write(self, text: str, first: str) -> None:
        """`text` folded, its first line behind `first`."""
        folded = textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=_INDENT)
        self.stdout.write(folded)
