"""Lint runbook files, for people and for machines."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from inventory.models import System
from runbooks.library import facts
from runbooks.lint.facts import LintFacts
from runbooks.lint.findings import lint_text
from runbooks.lint.report import Linted, data, lines, sarif
from runbooks.lint.rules import RULES
from runbooks.procedure.parser import parse


class Command(BaseCommand):
    help = (
        "Read runbook files and list what is wrong in them, one finding a line: "
        "file:line:column: level code sentence. Ends with 1 when there is an error that no waiver "
        "in the file takes away, with 2 when a file cannot be opened. Touches no database unless "
        "--system is given, so that it can run where the files are kept."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--format", choices=["text", "json", "sarif"], default="text")
        parser.add_argument(
            "--system",
            metavar="SLUG",
            help="judge with what the inventory knows of this system: its RPO, RTO and instances",
        )

    def handle(
        self, *args: object, files: list[Path], format: str, system: str | None, **options: object
    ) -> None:
        known = _facts(system) if system else None
        linted = [_linted(path, known) for path in files]
        if format == "json":
            self.stdout.write(json.dumps(data(linted), indent=2))
        elif format == "sarif":
            self.stdout.write(json.dumps(sarif(linted, RULES), indent=2))
        else:
            for line in lines(linted):
                self.stdout.write(line)
        unread = [file.unreadable for file in linted if file.unreadable]
        for sentence in unread:
            self.stderr.write(sentence)
        if unread:
            raise SystemExit(2)
        if any(file.result.errors for file in linted):
            raise SystemExit(1)


def _facts(slug: str) -> LintFacts:
    try:
        system = System.objects.get(slug=slug)
    except System.DoesNotExist:
        known = ", ".join(System.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(
            f"The inventory has no system {slug!r}. It has: {known}.", returncode=2
        ) from None
    return facts.of_text(system, None, at=timezone.now())


def _linted(path: Path, known: LintFacts | None) -> Linted:
    try:
        source = path.read_bytes()
    except OSError as error:
        return Linted(str(path), unreadable=f"{path} cannot be read: {error.strerror}.")
    parsed = parse(source, name=path.stem)
    return Linted(str(path), lint_text(parsed.procedure, source, parsed.findings, known))
