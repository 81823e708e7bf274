"""Check the logs of runs, and say which of them were tampered with."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from runbooks.audit import nightly
from runbooks.audit.anchors import Fault, kept
from runbooks.audit.chains import chains as follow
from runbooks.models import Run
from runbooks.runs.replay import Verdict, verify


class Command(BaseCommand):
    help = (
        "Verify the log of every run, or of those named: the chain of digests, the columns beside "
        "the hashed texts, the revision, and the stored state against a replay of the events; and "
        "compare them with the anchors. One line a run; ends with 1 when something does not hold. "
        "A check of every run is kept and shown in the product, unless a FILE was named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("runs", nargs="*", metavar="RUN", type=int, help="numbers of runs")
        parser.add_argument(
            "--anchors",
            type=Path,
            metavar="FILE",
            help="a file of anchors to compare with, instead of COUNTERSIGN_ANCHOR_FILE",
        )

        parser.add_argument(
            "--chains",
            action="store_true",
            help="every digest and every column of all runs, in one quick reading without a "
            "replay; runs that do not hold are then verified in full",
        )

    def handle(
        self,
        *args: object,
        runs: list[int],
        anchors: Path | None = None,
        chains: bool = False,
        **options: object,
    ) -> None:
        if chains:
            self._follow_chains()
            return
        self._insist_that_there_are(runs, anchors)
        own = anchors is None or anchors.resolve() == settings.ANCHOR_FILE
        check = nightly.check(
            at=timezone.now(),
            runs=set(runs) or None,
            anchors=kept() if own else anchors,
            witness=own,
            on_run=self._tell_run,
            on_difference=self._tell_difference,
        )
        self.stdout.write(nightly.sentence(check))
        if own and not runs:
            nightly.keep(check, at=timezone.now())
        if check.fault_count:
            raise SystemExit(1)

    def _follow_chains(self) -> None:
        events, doubtful = 0, []
        for chain in follow():
            events += chain.events
            if not chain.holds:
                doubtful.append(chain.run)
        self.stdout.write(f"{events:,} events: {len(doubtful)} of the chains do not hold.")
        wrong = False
        for run in doubtful:  # or they have moved meanwhile, and hold
            verdict = verify(Run(pk=run))
            self._tell_run(run, verdict)
            wrong = wrong or not verdict.ok
        if wrong:
            raise SystemExit(1)

    def _insist_that_there_are(self, runs: list[int], anchors: Path | None) -> None:
        missing = set(runs) - set(Run.objects.filter(pk__in=runs).values_list("pk", flat=True))
        if missing:
            raise CommandError(f"There is no run {', '.join(map(str, sorted(missing)))}.")
        if anchors and not anchors.is_file():
            raise CommandError(f"There is no file {anchors}.")

    def _tell_run(self, run: int, verdict: Verdict) -> None:
        verdict_word = "good" if verdict.ok else "NOT GOOD"
        self.stdout.write(f"run {run}: {verdict.events} events, {verdict_word}")
        for fault in verdict.faults:
            self.stdout.write(f"  {fault}")

    def _tell_difference(self, fault: Fault) -> None:
        about = f"run {fault.run}: " if fault.run else ""
        self.stdout.write(f"{about}NOT AS ANCHORED\n  {fault.sentence}")
