"""`manage.py try_the_doors`: every way around a guard that was once found, tried again."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from demo import load
from demo.attempts import ATTEMPTS
from demo.attempts.attempt import HEAD_START, Attempt, GotThrough, World
from demo.scratch_command import INDENT, ScratchCommand


class Command(ScratchCommand):
    help = "Try every way around a guard; ends with 1 if one of them gets through."
    name = "try_the_doors"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--point", type=int, help="only the attempts of this point")

    def passed_on(self, options: dict[str, object]) -> list[str]:
        return [] if options["point"] is None else [f"--point={options['point']}"]

    def play(self, options: dict[str, object]) -> None:
        """Each attempt in a savepoint of its own, all in one transaction that is taken back."""
        chosen = [each for each in ATTEMPTS if options["point"] in (None, each.point)]
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
        self.write(f"{attempt.tried}.", f"{attempt.point:<{len(INDENT)}}")
        with transaction.atomic():
            try:
                answer = attempt.deed(World(timezone.now() - HEAD_START))
            except GotThrough as error:
                self.write(f"{self.style.ERROR('GOT THROUGH')} {error}\n")
                return False
            finally:
                transaction.set_rollback(True)
        self.write(f"{self.style.SUCCESS('HELD')} {answer}\n")
        return True
