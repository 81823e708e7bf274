"""`manage.py backup`: two copies in two places, read back and verified."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backup import Stopped, checking, creating, last_backup, places
from backup.creating import Taken


class Command(BaseCommand):
    help = (
        "Back up the database and the evidence into two places, read both copies back, and open the"
        " database in each. Ends with 1 unless every copy is good. With --check, read one back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", action="append", type=Path, metavar="DIR", default=[],
                            help="a place for a copy; give it twice")  # fmt: skip
        parser.add_argument("--check", type=Path, metavar="DIR", help="read this backup back")
        parser.add_argument("--keep", type=int, metavar="N", help="remove all but the newest N")
        parser.add_argument(
            "--prove",
            action="store_true",
            help="also replay the logs; a dump is restored into a scratch database for that",
        )
        parser.add_argument(
            "--same-disk", action="store_true", help="two places on one disk will do"
        )
        parser.add_argument(
            "--with-secret-key",
            action="store_true",
            help="put the secret key in; who has it can sign in as anybody",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                self._check(options["check"].resolve(), prove=options["prove"])
            else:
                self._take(options)
        except Stopped as stopped:
            raise CommandError(str(stopped)) from stopped

    def _check(self, folder: Path, *, prove: bool) -> None:
        faults = checking.faults(folder, prove=prove)
        self._tell(Taken(folder, tuple(faults)))
        if faults:
            raise CommandError("Do not rely on this copy.")

    def _take(self, options: dict[str, Any]) -> None:
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep takes a number from 1 up.")
        at = timezone.now()
        live = [Path(settings.MEDIA_ROOT)]
        where = places.agreed(options["to"], live=live, same_disk=options["same_disk"])
        if any(place.stat().st_dev == settings.DATA.stat().st_dev for place in where):
            self.stdout.write("One place is on the disk of the live data, and may be lost with it.")
        more = creating.further_files(secret_key=options["with_secret_key"])
        taken = creating.take(where, at=at, more=more, keep=options["keep"], prove=options["prove"])
        for copy in taken:
            self._tell(copy)
        if any(copy.faults for copy in taken):
            raise CommandError("Not every copy is good. Nothing older was removed.")
        last_backup.note(at, [copy.folder for copy in taken])

    def _tell(self, copy: Taken) -> None:
        word = "NOT GOOD" if copy.faults else "good: read back, and its database opened"
        self.stdout.write(f"{copy.folder}: {word}")
        for fault in copy.faults:
            self.stdout.write(f"  {fault}")
        for gone in copy.gone:
            self.stdout.write(f"  removed {gone.name}, which is older")
