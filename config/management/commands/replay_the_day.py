"""`manage.py replay_the_day`: the day of the story against this product, refusal by refusal."""

from __future__ import annotations

import textwrap
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from config import demonstration
from config.day import CHAPTERS
from config.day.doors import Verbs
from config.day.telling import Day, DayBroken, Line

WIDTH = 96
_INDENT = " " * 5


class Command(BaseCommand):
    """Plays it in one transaction that is taken back: nothing of it stays in the database."""

    help = "Replay the day that this product must make impossible; nothing of it is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("It plays with the people of the demonstration; not in production.")
        refused = 0
        with transaction.atomic():
            demonstration.load(at=timezone.now())
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

    def tell(self, line: Line) -> None:
        """One attempt, and the answer to it."""
        mark = line.mistake.ljust(len(_INDENT))
        self.write(f"{line.who} {line.tried}.", mark)
        if line.code:
            answer = " ".join(part for part in (line.sentence, line.remedy) if part)
            self.write(f"{self.style.ERROR('REFUSED')} ({line.code}) {answer}", _INDENT)
        self.stdout.write("")

    def write(self, text: str, first: str) -> None:
        """`text` folded, its first line behind `first`."""
        folded = textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=_INDENT)
        self.stdout.write(folded)
