"""`manage.py replay_the_day`: the day of the story against this product, refusal by refusal."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from tempfile import TemporaryDirectory

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from demo import load
from demo.day import CHAPTERS
from demo.day.doors import Verbs
from demo.day.telling import Day, DayBroken, StoryLine
from inventory.models import System

WIDTH = 96
_INDENT = " " * 5


class Command(BaseCommand):
    """Plays it in a database of its own, in a folder that is removed; yours is not touched."""

    help = "Replay the day that this product must make impossible; nothing of it is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--here",
            action="store_true",
            help="play in this database, which must be empty, and take it all back",
        )

    def handle(self, *args: object, **options: object) -> None:
        if options["here"]:
            self.play()
            return
        with TemporaryDirectory(prefix="countersign-day-") as folder:
            apart = {**os.environ, "COUNTERSIGN_DATA": folder, "DATABASE_URL": ""}
            color = ["--no-color"] if options["no_color"] else []
            for command in (["migrate", "-v0"], ["replay_the_day", "--here", *color]):
                ended = subprocess.run(  # noqa: S603 - our own command, with words of our own
                    [sys.executable, sys.argv[0], *command], env=apart
                )
                if ended.returncode:
                    raise SystemExit(ended.returncode)

    def play(self) -> None:
        """The whole day, in one transaction that is taken back."""
        if System.objects.exists():
            raise CommandError("This database is in use. Leave --here out.")
        refused = 0
        with transaction.atomic():
            load.load(at=timezone.now())
            day = Day(Verbs(timezone.now()))
            try:
                for title, chapter in CHAPTERS:
                    self.stdout.write(f"\n{self.style.MIGRATE_HEADING(title)}\n\n")
                    for line in chapter(day):
                        refused += bool(line.code)
                        self.tell(line)
            except DayBroken as broken:
                raise CommandError(f"The day is possible again. {broken}") from broken
            finally:
                transaction.set_rollback(True)
        self.stdout.write(f"{refused} attempts were refused. Nothing of this was kept.\n")

    def tell(self, line: StoryLine) -> None:
        """One attempt, and the answer to it."""
        mark = line.mistake.ljust(len(_INDENT))
        self.write(f"The {line.who} {line.tried}.", mark)
        if line.code:
            answer = " ".join(part for part in (line.sentence, line.remedy) if part)
            self.write(f"{self.style.ERROR('REFUSED')} ({line.code}) {answer}", _INDENT)
        self.stdout.write("")

    def write(self, text: str, first: str) -> None:
        """`text` folded, its first line behind `first`."""
        folded = textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=_INDENT)
        self.stdout.write(folded)
