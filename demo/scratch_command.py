"""What the commands share that play against the product in a database of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from tempfile import TemporaryDirectory

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.models import System

WIDTH = 96
INDENT = " " * 5


class ScratchCommand(BaseCommand):
    """Plays in a database of its own, in a folder that is removed; yours is not touched. With
    `--here` it plays in this one, which must be empty, and takes everything back."""

    name: str

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--here",
            action="store_true",
            help="play in this database, which must be empty, and take it all back",
        )

    def handle(self, *args: object, **options: object) -> None:
        if options["here"]:
            if System.objects.exists():
                raise CommandError("This database is in use. Leave --here out.")
            self.play(options)
            return
        with TemporaryDirectory(prefix="countersign-demo-") as folder:
            apart = {**os.environ, "COUNTERSIGN_DATA": folder, "DATABASE_URL": ""}
            for command in (["migrate", "-v0"], [self.name, "--here", *self.passed_on(options)]):
                ended = subprocess.run(  # noqa: S603 - our own command, with words of our own
                    [sys.executable, sys.argv[0], *command], env=apart
                )
                if ended.returncode:
                    raise SystemExit(ended.returncode)

    def passed_on(self, options: dict[str, object]) -> list[str]:
        """The options that the process in the scratch database is started with."""
        raise NotImplementedError

    def play(self, options: dict[str, object]) -> None:
        """Play in this database, and take everything back."""
        raise NotImplementedError

    def write(self, text: str, first: str = INDENT) -> None:
        """`text` folded, its first line behind `first`."""
        folded = textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=INDENT)
        self.stdout.write(folded)
