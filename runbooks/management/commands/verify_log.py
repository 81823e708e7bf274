"""Check the logs of runs, and say which of them were tampered with."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runbooks import log
from runbooks.models import Run


class Command(BaseCommand):
    help = (
        "Verify the log of every run, or of those named: the chain of digests, the columns beside "
        "the hashed texts, the revision, and the stored state against a replay of the events. "
        "One line a run; ends with 1 when a log does not hold."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("runs", nargs="*", metavar="RUN", type=int, help="numbers of runs")

    def handle(self, *args: Any, runs: list[int], **options: Any) -> None:
        found = Run.objects.select_related("revision__runbook").order_by("pk")
        if runs:
            found = found.filter(pk__in=runs)
            missing = set(runs) - set(found.values_list("pk", flat=True))
            if missing:
                raise CommandError(f"There is no run {', '.join(map(str, sorted(missing)))}.")
        bad = 0
        for run in found.iterator(chunk_size=100):
            verdict = log.verify(run)
            told = "good" if verdict.ok else "NOT GOOD"
            self.stdout.write(f"run {run.pk}: {verdict.events} events, {told}")
            for fault in verdict.faults:
                self.stdout.write(f"  {fault}")
            bad += not verdict.ok
        if bad:
            raise SystemExit(1)
