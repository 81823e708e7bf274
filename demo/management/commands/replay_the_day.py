"""`manage.py replay_the_day`: the day of the story against this product, refusal by refusal."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from demo import load
from demo.day import CHAPTERS
from demo.day.interface import Verbs
from demo.day.story import Day, DayBroken, StoryLine
from demo.scratch_command import INDENT, ScratchCommand


class Command(ScratchCommand):
    help = "Replay the day that this product must make impossible; nothing of it is kept."
    name = "replay_the_day"

    def passed_on(self, options: dict[str, object]) -> list[str]:
        return ["--no-color"] if options["no_color"] else []

    def play(self, options: dict[str, object]) -> None:
        """The whole day, in one transaction that is taken back."""
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
        self.write(f"The {line.who} {line.tried}.", line.mistake.ljust(len(INDENT)))
        if line.code:
            answer = " ".join(part for part in (line.sentence, line.remedy) if part)
            self.write(f"{self.style.ERROR('REFUSED')} ({line.code}) {answer}")
        self.stdout.write("")
