"""`manage.py restore`: beside first; in the place of the live data only when that is typed."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backup import Stopped, replacing, restoring
from backup.restoring import Restored


class Command(BaseCommand):
    help = (
        "Restore a backup beside the live data, verify it, and say what replacing would lose. With"
        " --replace it then takes the place of the live data, which is moved aside and kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the dated folder of one backup")
        parser.add_argument("--replace", action="store_true", help="put it in place afterwards")
        parser.add_argument(
            "--yes-i-typed",
            metavar="NAME",
            default="",
            help="for scripts: the name of the live database, instead of asking",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = restoring.restore(options["folder"].resolve(), at=timezone.now())
            self._report(restored)
            if options["replace"]:
                self._replace(restored, typed=options["yes_i_typed"])
            else:
                self.stdout.write(
                    "\nThe live data was not touched. --replace puts it in its place."
                )
        except Stopped as stopped:
            raise CommandError(str(stopped)) from stopped

    def _report(self, restored: Restored) -> None:
        taken = f"{restored.promised.taken:%Y-%m-%d %H:%M:%S %Z}"
        self.stdout.write(f"Restored beside, from the backup of {taken}:")
        self.stdout.write(f"  database {restored.database['NAME']}")
        self.stdout.write(f"  evidence {restored.evidence}")
        runs = restored.promised.facts.runs
        self.stdout.write(f"Verified: the rows of every table, {runs} logs, every file.")
        for note in restored.notes:
            self.stdout.write(f"  But: {note}")
        self.stdout.write("\nCompared with the live data:")
        for line in restoring.compared(restored):
            self.stdout.write(f"  {line}")

    def _replace(self, restored: Restored, *, typed: str) -> None:
        name = replacing.target()
        given = typed or input(f"\nType the name of the live database ({name}) to replace it: ")
        if given.strip() != name:
            raise CommandError(f"That is not {name!r}. Nothing was replaced; it stands beside.")
        back = replacing.way_back(restored)
        aside = replacing.replace(restored)
        self.stdout.write(f"\nReplaced. The data that was live is kept as {aside}.")
        self.stdout.write("To go back, with server and worker stopped:")
        for line in back:
            self.stdout.write(f"  {line}")
