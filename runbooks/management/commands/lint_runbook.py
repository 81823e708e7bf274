"""Say what is wrong in runbook files, for people and for machines."""

from __future__ import annotations

import dataclasses
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runbooks.enums import Level
from runbooks.parser import parse
from runbooks.procedure import Finding


class Command(BaseCommand):
    help = (
        "Read runbook files and list what is wrong in them, one finding a line: "
        "file:line:column: level code sentence. Ends with 1 when there is an error. "
        "Touches no database, so that it can run where the files are kept."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, files: list[Path], format: str, **options: Any) -> None:
        found: list[tuple[Path, Finding]] = []
        for path in files:
            found.extend((path, finding) for finding in _findings(path))
        if format == "json":
            self.stdout.write(json.dumps([_as_data(p, f) for p, f in found], indent=2))
        else:
            for path, finding in found:
                self.stdout.write(_as_text(path, finding))
        if any(finding.level is Level.ERROR for _, finding in found):
            raise SystemExit(1)


def _findings(path: Path) -> tuple[Finding, ...]:
    try:
        source = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    return parse(source, name=path.stem).findings


def _as_text(path: Path, finding: Finding) -> str:
    suggestion = f" {finding.suggestion}" if finding.suggestion else ""
    return (
        f"{path}:{finding.line}:{finding.column}: {finding.level.value} {finding.code}"
        f" {finding.sentence}{suggestion}"
    )


def _as_data(path: Path, finding: Finding) -> dict[str, Any]:
    return {"file": str(path), **dataclasses.asdict(finding)}
